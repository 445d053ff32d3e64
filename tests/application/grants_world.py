"""Two streams of one customer as long as a link stands, an account, and whoever grants them something."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.application.customers.accounts import Accounts
from hub.application.paths.grants import PathGrants
from hub.application.paths.in_force import Responses
from hub.application.paths.parts import PathParts
from hub.application.policies.paths import PathPolicyInForce
from hub.domain.contact import Channel
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked, Side
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.model import Sender
from hub.ports import Append, Unit
from tests.domain.consents import KEY
from tests.support.clocks import MovedClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PHONE, MAIL = "+989121234567", "ann@example.org"
ANN, BEN = customer_id(KEY, "phone", PHONE), customer_id(KEY, "email", MAIL)
LEFT, RIGHT = (Side(id=stream, since=NOON - DAY) for stream in sorted((ANN, BEN)))
BY: dict[str, Any] = {"actor": "operator:eve", "command_id": "command-1"}
WEB: dict[str, Any] = {"channel": Channel.WEB, "sender": Sender.HUB, **BY}

POLICY = """
[[value_tiers]]
name = "standard"

[[stages]]
name = "enhancement"
when = { purchases = { at_least = 1 } }

[[stages]]
name = "acquisition"

[[propositions]]
name = "fibre"
kind = "product"
channels = ["phone", "web"]
senders = ["hub", "agent"]
days_granted = 14
contribution = 1000
excludes = ["cable"]

[propositions.terms]
price = { value = 100, floor = 70, ceiling = 120, better = "lower" }
router = { text = "lent", choices = ["given"] }

[[propositions]]
name = "cable"
kind = "product"
eligible = { kind = "B2C" }
applicable = { stage = "enhancement" }
channels = ["phone"]
days_granted = 7
contribution = 900

[[propositions]]
name = "wholesale"
kind = "product"
eligible = { kind = "B2B" }
channels = ["phone"]
days_granted = 7
contribution = 900

[[propositions]]
name = "team"
kind = "price"
holder = "account"
channels = ["phone", "web"]
days_granted = 30
contribution = 5000

[propositions.terms]
seats = { value = 10, floor = 5, ceiling = 50, better = "higher" }

[[propositions]]
name = "gift"
kind = "promotion"
channels = ["phone"]
days_granted = 30
contribution = 500

[[propositions]]
name = "spring_only"
kind = "promotion"
channels = ["phone"]
valid_until = "2026-03-01"
days_granted = 30
contribution = 500

[[holdouts]]
campaign = "presents"
share = 99.99
propositions = ["gift"]
"""


class Shop:
    """Who grants, on a journal."""

    def __init__(self, journal: Any) -> None:
        self.journal, self.clock = journal, MovedClock(NOON)
        self.in_force = PathPolicyInForce(parse_path_policy(POLICY))
        self.parts = parts_on(journal, self.clock, self.in_force)
        self.accounts = Accounts(journal, self.clock, KEY)

    @property
    def grants(self) -> PathGrants:
        return self.parts.grants

    async def write(self, *facts: tuple[str, Event]) -> None:
        for stream, event in facts:
            history = (await self.journal.load([stream]))[stream]
            [outcome] = await self.journal.commit([Unit([Append(stream, len(history), [event])])])
            assert not isinstance(outcome, Exception), outcome

    def meta(self, causation: str = "c") -> dict[str, Any]:
        now = self.clock.now()
        return {"at": now, "recorded_at": now, "causation": causation, "actor": "test"}

    async def begin(self) -> "Shop":
        for stream, kind, value, hours in ((BEN, "email", MAIL, 2), (ANN, "phone", PHONE, 1)):
            meta = self.meta() | {"at": NOON - DAY - timedelta(hours=hours)}
            seen = IdentifierObserved(**meta, kind=kind, value=value, verified=True)
            await self.write((stream, CustomerRegistered(**meta)), (stream, seen))
        return self

    async def account(self, customer: str = ANN) -> str:
        """An account that this customer acts for."""
        told = ("account_number", "A-17")
        await self.accounts.register(*told, "B2B", "Saman", **BY)
        account = self.accounts.id_of(*told)
        await self.accounts.assign(account, customer, "buyer", since=NOON - DAY, until=None, **BY)
        return account

    async def link(self, causation: str = "link") -> None:
        await self._pair(CustomersLinked(**self.meta(causation), rule="by_hand", link_id="l-1", left=LEFT, right=RIGHT))

    async def unlink(self) -> None:
        await self._pair(CustomersUnlinked(**self.meta("unlink"), link_id="l-1", left=LEFT, right=RIGHT))

    async def _pair(self, event: Event) -> None:
        histories = await self.journal.load([ANN, BEN])
        appends = [Append(stream, len(history), [event]) for stream, history in histories.items()]
        [outcome] = await self.journal.commit([Unit(appends)])
        assert not isinstance(outcome, Exception), outcome

    async def facts(self, *kinds: type[Event]) -> list[Any]:
        return [one.event for one in await self.journal.read(0, 100_000) if isinstance(one.event, kinds)]

    async def stands(self, customer: str = ANN) -> dict[str, str]:
        """By proposition the grant that stands."""
        found = await self.grants.of_customer(customer)
        return {one.proposition: one.grant_id for one in found.grants if one.state == "stands"}


def parts_on(journal: Any, clock: Any, in_force: PathPolicyInForce) -> PathParts:
    return PathParts(
        journal, clock, KEY, in_force=in_force, responses=Responses({}, 0), lineage=lambda stream: (stream,),
        seed=lambda: 7,
    )  # fmt: skip
