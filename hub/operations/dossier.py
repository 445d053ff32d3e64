"""What operators ask about one customer, beside a hub, running or not: told from the log alone."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.application.dossier.dossier import Dossier
from hub.application.dossier.dossiers import Dossiers
from hub.application.dossier.question import EVERYTHING
from hub.application.dossier.timeline import TimelinePage
from hub.application.policies.paths import PathPolicies
from hub.clock import WallClock
from hub.domain.customer.normalise import speller
from hub.domain.errors import NotFoundError
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import generations
from hub.operations.beside import with_journal
from hub.operations.readings import trace_reading
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class ShownCustomer:
    """A customer and the newest lines of their timeline."""

    dossier: Dossier
    timeline: TimelinePage

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return {**self.dossier.as_row(), "timeline": self.timeline.lines, "before": self.timeline.before}


def show_customer(settings: Settings, customer: str, at: datetime | None, lines: int) -> ShownCustomer:
    """Who a customer is, or was known to be then, with so many lines of their timeline. NotFoundError."""
    if not settings.is_postgres and not settings.sqlite_path.exists():
        raise NotFoundError(f"there is no event store in {settings.data_dir} yet: it is made at the first start")

    async def tell(journal: EventJournal, clock: WallClock) -> ShownCustomer:
        with closing(generations(settings)) as known:
            policies, spell = PathPolicies(journal, clock), speller(settings.phone_region)
            dossiers = Dossiers(
                journal, clock, installation_key(settings), policies, lineage=known.lineage, spell=spell
            )
            whole = await dossiers.show(customer, at)
            await trace_reading(journal, clock, customer, "customer")
            return ShownCustomer(whole, await dossiers.timeline(customer, EVERYTHING, lines, at=at))

    return with_journal(settings, tell)
