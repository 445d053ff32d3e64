"""Linked streams stand where the customer does, whatever is said, linked and unlinked in any order; parted, each stands
by its own facts again."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.application.customer_cache import recall
from hub.application.customers.standing import Standings
from hub.application.customers.standing_watch import StandingWatch
from hub.application.linking.identity import By
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import UNKNOWN_STANDING, ContactReceived, LifecycleStageChanged, SegmentChanged
from hub.domain.ids import customer_id
from hub.projections import standing_due
from tests.application.test_routed_as_one import BY, KEY, Centre
from tests.support.link_views import LinkViews

NUMBERS = ("+989121234501", "+989121234502", "+989121234503")
STREAMS = [customer_id(KEY, "phone", number) for number in NUMBERS]

ones = st.integers(0, len(NUMBERS) - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("segment"), ones, st.sampled_from(["B2C", "B2B"]), st.sampled_from(["gold", "standard"])),
        st.tuples(st.just("stage"), ones, st.sampled_from(["lapsed", "acquisition"])),
        st.tuples(st.just("declare"), ones, st.sampled_from(["gold", "silver"])),
        st.tuples(st.just("link"), ones, ones),
        st.tuples(st.just("unlink"), ones, ones),
    ),
    max_size=10,
)


class Said:
    """What was said of each stream, and which are linked: the plain truth."""

    def __init__(self) -> None:
        self.links: dict[tuple[int, int], str] = {}
        self.apart: set[tuple[int, int]] = set()

    def whole(self, one: int) -> set[int]:
        found, waiting = {one}, [one]
        while waiting:
            at = waiting.pop()
            new = {end for pair in self.links if at in pair for end in pair} - found
            found |= new
            waiting += new
        return found


class Linked(Centre):
    """A centre whose customers are numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.said = Said()

    async def step(self, what: str, one: int, *more: object) -> None:
        said = self.said
        if what == "segment":
            await self.customers.change_segment(STREAMS[one], str(more[0]), str(more[1]), **BY)
        elif what == "stage":
            await self.customers.change_lifecycle_stage(STREAMS[one], str(more[0]), **BY)
        elif what == "declare":
            await self.come(Channel.PHONE, NUMBERS[one], value_tier=str(more[0]))
        elif isinstance(more[0], int) and one != more[0]:
            pair = (min(one, more[0]), max(one, more[0]))
            why = By(**BY | {"command_id": f"command-{len(self.journal.log)}"}, reason="asked")
            if what == "link" and pair not in said.links:
                for kept in [kept for kept in said.apart if set(kept) <= said.whole(one) | said.whole(more[0])]:
                    await self.identity.lift(STREAMS[kept[0]], STREAMS[kept[1]], why)
                    said.apart.discard(kept)
                [linked, *_] = await self.identity.link(STREAMS[pair[0]], STREAMS[pair[1]], why)
                said.links[pair] = linked.event.link_id  # type: ignore[attr-defined]
            elif what == "unlink" and pair in said.links:
                await self.identity.unlink(STREAMS[pair[0]], said.links.pop(pair), why)
                said.apart.add(pair)

    def truth(self, one: int) -> Standing:
        """By what people and adapters declared last of any of its streams."""
        streams, found = {STREAMS[each] for each in self.said.whole(one)}, UNKNOWN_STANDING
        for _, stream, _, event in self.journal.log:
            if stream not in streams or getattr(event, "policy", ""):
                continue
            if isinstance(event, SegmentChanged):
                found = found.model_copy(update={name: getattr(event, name) for name in event.said})
            elif isinstance(event, LifecycleStageChanged):
                found = found.model_copy(update={"lifecycle_stage": event.lifecycle_stage})
        return found

    async def routed(self, one: int) -> Standing:
        received: ContactReceived = await self.come(Channel.PHONE, NUMBERS[one])
        return received.standing


@given(steps)
@settings(max_examples=60, deadline=None)
def test_a_contact_is_routed_at_once_by_what_was_said_last_of_any_of_its_customers_streams(taken: list) -> None:
    async def live() -> None:
        centre = Linked()
        for number in NUMBERS:
            await centre.come(Channel.PHONE, number)
        for step in taken:
            await centre.step(*step)
            for one in range(len(NUMBERS)):
                assert await centre.routed(one) == centre.truth(one), (step, one)

    asyncio.run(live())


@given(steps)
@settings(max_examples=40, deadline=None)
def test_every_stream_says_so_once_the_path_policy_was_asked(taken: list) -> None:
    async def live(file: Path) -> None:
        centre = Linked()
        standings = Standings(centre.journal, centre.clock)
        policies = PathPolicies(centre.journal, centre.clock)
        views = LinkViews(centre.journal, standing_due.PROJECTION)
        watch = StandingWatch(standings, policies, centre.clock, views, file)
        await watch.start(0)
        centre.journal.followers.append(watch.follow)
        for number in NUMBERS:
            await centre.come(Channel.PHONE, number)
        for step in taken:
            await centre.step(*step)
            while await watch.step():
                pass
            for one, stream in enumerate(STREAMS):
                known = (await recall(centre.journal, [stream]))[stream].customer
                assert known.standing == await centre.routed(one) == centre.truth(one), (step, one)

    with TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder) / "standing.json"))
