"""What decides beside a hub, without its process: asked and heard in the very lines."""

from collections.abc import Sequence

from hub.application.paths.actions_drafting import ActionsDrafting, DecidedBy
from hub.application.paths.asked_beside import Asked, Drafted, asked_in, asking, telling, told_in
from hub.application.paths.in_force import RulesInForce
from hub.application.policies.paths import PathPolicies
from hub.domain.customer.normalise import normalise
from hub.journal.codec import Codec
from tests.application.conversations import Centre
from tests.domain.consents import KEY


class Beside:
    """Decides when `answers` is called; what it is asked while it is not `alive` is lost."""

    def __init__(self, centre: Centre) -> None:
        self.kept = False
        self.alive = True
        self.asked: list[Asked] = []
        self.times = 0
        self._clock = centre.clock
        self._codec = Codec()
        by = DecidedBy(
            centre.clock, KEY, lambda stream: (stream,), RulesInForce(centre.in_force),
            PathPolicies(centre.journal, centre.clock), centre.parts.responses, centre.parts.capacities, normalise,
            lambda: 7,
        )  # fmt: skip
        self._drafting = ActionsDrafting(centre.journal, by)

    def keep(self) -> None:
        self.kept = True

    def ask(self, asked: Sequence[Asked]) -> None:
        self.times += len(asked)
        if self.alive:
            now, heard = asked_in(asking(self._clock.now(), asked))
            assert now == self._clock.now()
            self.asked += heard

    async def answers(self) -> list[Drafted]:
        """To all that was asked."""
        asked, self.asked = self.asked, []
        return told_in(telling(await self._drafting.draft(asked), self._codec.encode), self._codec.decode)
