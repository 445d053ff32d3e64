"""Whatever happens to who decides beside the hub, to the hub, and to the customer meanwhile: in the end each
conversation that was offered has its actions, decided once."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.application.deciding import ATTEMPTS
from hub.application.paths.asked_beside import Drafted
from hub.domain.decision.events import PathDecided
from hub.domain.ids import interaction_id, offer_id
from hub.domain.interaction.events import InteractionOffered, InteractionQueued
from tests.application.conversations import ANN, Centre
from tests.application.test_actions_watch import Watched
from tests.domain.consents import KEY
from tests.paths.decisions import at, complaint, meta
from tests.projections.happenings import placement
from tests.support.memory import MemoryJournal

STEPS = st.lists(
    st.sampled_from(["offer", "answer", "write", "crash", "fact", "hub", "kept", "disk"]), min_size=1, max_size=14
)


class Chaos:
    """Ann has several conversations at once, so that their decisions collide, too."""

    def __init__(self, centre: Centre, file: Path) -> None:
        self.centre, self.file = centre, file
        self.offered: list[str] = []
        self.answers: list[list[Drafted]] = []
        """Told by the process, not heard by the hub yet."""
        self.watched = Watched(centre, file)

    async def goes(self, step: str) -> None:
        watch = self.watched.watch
        match step:
            case "offer":
                await self._offer()
            case "answer":
                self.answers.append(await self.watched.beside.answers())
            case "write":
                await self._write()
            case "crash":
                self.answers.clear()
                self.watched.beside.asked.clear()
                watch.ask_again()
            case "fact":
                await self.centre.write((ANN, complaint(self.centre.clock.now())))
            case "kept":
                watch.keep()
            case "hub":
                await self._started_anew()
            case "disk":
                assert isinstance(self.centre.journal, MemoryJournal)
                self.centre.journal.fail_next = 1
                with suppress(OSError):
                    await self._write()
                self.centre.journal.fail_next = 0

    async def ends(self) -> None:
        """Everything that is due is done."""
        await self.goes("crash")
        for _ in range(ATTEMPTS):
            await self.goes("answer")
            await self._write()
        assert self.watched.watch.due == 0

    async def _offer(self) -> None:
        name = interaction_id(KEY, f"call-{len(self.offered) + 2}")
        told = meta(self.centre.clock.now())
        queued = InteractionQueued(
            **told, pool="main", contact_id="call-1", customer_id=ANN, channel="phone", thread="t", service="",
            language="fa", **placement("sales"),
        )  # fmt: skip
        offered = InteractionOffered(
            **told, offer_id=offer_id(name, 1), agent_id="sam", expires_at=at(1), units=100, policy="p", reasons=()
        )
        await self.centre.write((name, queued), (name, offered))
        self.offered.append(name)
        await self.watched.hears()

    async def _write(self) -> None:
        for answer in self.answers:
            self.watched.watch.drafted(answer)
        self.answers.clear()
        await self.watched.watch.step()

    async def _started_anew(self) -> None:
        """Another hub goes on from what this one wrote down."""
        self.answers.clear()
        log = await self.centre.journal.read(0, 10_000)
        self.watched = Watched(self.centre, self.file)
        self.watched.seen = self.watched.watch.start(len(log))
        if log[self.watched.seen :]:
            await self.watched.hears()


async def lives(steps: Sequence[str], file: Path) -> None:
    centre = Centre(MemoryJournal())
    await centre.call()
    chaos = Chaos(centre, file)
    chaos.watched.watch.start(0)
    chaos.watched.watch.keep()
    for step in steps:
        await chaos.goes(step)
    await chaos.goes("hub")
    await chaos.goes("offer")
    await chaos.ends()
    decided = Counter(one.asked.interaction_id for one in await centre.facts(PathDecided))
    assert {name: decided[name] for name in chaos.offered} == dict.fromkeys(chaos.offered, 1)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_each_offer_has_its_actions_decided_once(steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(lives(steps, Path(directory) / "actions.json"))
