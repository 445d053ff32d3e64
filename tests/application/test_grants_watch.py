"""What becomes of grants by time or by a link is written down once, whatever happens meanwhile; it is so without it."""

import asyncio
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.application.paths.grants_watch import GrantsWatch
from hub.application.paths.settling import GrantSettling
from hub.domain.customer.events import CustomerForgotten
from hub.domain.errors import HubError, InvalidError
from hub.domain.grant.events import GrantExpired, GrantResumed, GrantSuspended
from hub.domain.grant.holding import held
from hub.domain.grant.state import fold
from hub.projections import grants_due, links
from tests.application.grants_world import ANN, BEN, BY, DAY, NOON, Shop
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal


class Watched(Shop):
    """A shop with a watch over it."""

    def __init__(self) -> None:
        super().__init__(MemoryJournal())
        self.start()

    def start(self) -> None:
        self.watch = self.another()
        self.journal.followers[:] = [self.watch.follow]

    def another(self) -> GrantsWatch:
        settling = GrantSettling(self.journal, self.clock, self.parts.wholes)
        views = LinkViews(self.journal, links.PROJECTION, grants_due.PROJECTION)
        return GrantsWatch(settling, self.clock, views, len(self.journal.log))

    async def give(self, customer: str = ANN, price: int = 100) -> str:
        return (await self.grants.give(customer, "fibre", terms={"price": price}, **BY)).grant.grant_id


@pytest.fixture
async def shop() -> Watched:
    shop = Watched()
    await shop.begin()
    return shop


async def test_what_a_link_suspends_is_written_once_and_stands_again_after_unlink(shop: Watched) -> None:
    mine, theirs = await shop.give(ANN), await shop.give(BEN, 80)
    await shop.link("by hand")
    assert (await shop.watch.step(), await shop.watch.step()) == (1, 0)
    [said] = await shop.facts(GrantSuspended)
    assert (said.grant_id, said.by, said.causation, said.actor) == (mine, theirs, "by hand", "policy:paths")
    await shop.unlink()
    assert (await shop.watch.step(), await shop.watch.step()) == (1, 0)
    [back] = await shop.facts(GrantResumed)
    assert back.grant_id == mine


async def test_a_link_of_who_has_no_grants_reads_no_histories_and_writes_nothing(shop: Watched) -> None:
    await shop.give(ANN)
    await shop.link()
    before = shop.journal.loaded
    assert await shop.watch.step() == 0
    assert shop.journal.loaded == before


async def test_what_was_linked_while_no_hub_ran_is_written_at_the_next_start(shop: Watched) -> None:
    mine = await shop.give(ANN)
    await shop.give(BEN, 80)
    shop.journal.followers.clear()
    await shop.link()
    shop.start()
    assert await shop.watch.step() == 1
    shop.journal.followers.clear()
    await shop.unlink()
    shop.start()
    assert await shop.watch.step() == 1
    assert [one.grant_id for one in await shop.facts(GrantSuspended, GrantResumed)] == [mine, mine]
    shop.start()
    assert await shop.watch.step() == 0


async def test_all_of_many_are_looked_at_at_the_start() -> None:
    """More than are read at once."""
    shop = await Watched().begin()
    assert isinstance(shop, Watched)
    await shop.give(ANN), await shop.give(BEN, 80)
    for number in range(70):
        stream = f"customer-{number:032}"
        history = (await shop.journal.load([ANN]))[ANN]
        await shop.write(*((stream, one.event) for one in history[:2]))
        await shop.give(stream)
    shop.journal.followers.clear()
    await shop.link()
    shop.start()
    assert await shop.watch.step() == 1


async def test_an_expiry_is_written_on_time_and_what_was_suspended_stands_again(shop: Watched) -> None:
    theirs = await shop.give(BEN, 80)
    shop.clock.moment += DAY
    mine = await shop.give(ANN)
    await shop.link()
    await shop.watch.step()
    shop.clock.moment = NOON + 14 * DAY - DAY / 1000
    assert await shop.watch.step() == 0
    shop.clock.moment = NOON + 14 * DAY
    assert await shop.stands() == {"fibre": mine}
    assert await shop.watch.step() == 2
    [over], [back] = await shop.facts(GrantExpired), await shop.facts(GrantResumed)
    assert (over.grant_id, over.at, back.grant_id) == (theirs, NOON + 14 * DAY, mine)
    assert (over.causation, over.actor) == ("time", "policy:paths")
    assert await shop.watch.step() == 0


async def test_what_was_amended_is_over_when_the_new_time_says(shop: Watched) -> None:
    await shop.watch.step()
    grant = await shop.give(ANN)
    await shop.grants.amend(grant, expires_at=NOON + DAY / 24 / 3600, reason="a mistake", **BY)
    shop.clock.moment = NOON + DAY / 24 / 3600
    assert await shop.watch.step() == 1
    await shop.give(ANN)
    shop.clock.moment = NOON + 14 * DAY
    assert await shop.watch.step() == 0


async def test_an_amendment_may_turn_around_which_of_two_stands(shop: Watched) -> None:
    mine, theirs = await shop.give(ANN), await shop.give(BEN, 80)
    await shop.link()
    await shop.watch.step()
    await shop.grants.amend(theirs, terms={"price": 110}, reason="a mistake", **BY)
    assert await shop.stands() == {"fibre": mine}
    assert await shop.watch.step() == 2
    told = {type(one): one.grant_id for one in (await shop.facts(GrantSuspended, GrantResumed))[1:]}
    assert told == {GrantSuspended: theirs, GrantResumed: mine}


async def test_of_several_processes_one_writes_it_down(shop: Watched) -> None:
    await shop.give(ANN), await shop.give(BEN, 80)
    other = shop.another()
    shop.journal.followers.append(other.follow)
    await shop.link()
    assert sorted(await asyncio.gather(shop.watch.step(), other.step())) == [0, 1]
    shop.clock.moment += 14 * DAY
    assert sorted(await asyncio.gather(shop.watch.step(), other.step())) == [0, 2]


async def test_of_an_accounts_grant_it_is_written_too(shop: Watched) -> None:
    await shop.account()
    await shop.grants.give(ANN, "team", **BY)
    shop.clock.moment += 30 * DAY
    assert await shop.watch.step() == 1


async def test_of_who_was_forgotten_nothing_is_written(shop: Watched) -> None:
    await shop.give(ANN)
    await shop.write((ANN, CustomerForgotten(**shop.meta(), reason="asked to")))
    shop.clock.moment += 14 * DAY
    shop.start()
    assert await shop.watch.step() == 0


async def test_one_that_cannot_be_written_down_now_is_tried_again(shop: Watched) -> None:
    await shop.give(ANN), await shop.give(BEN, 80)
    await shop.watch.step()
    await shop.link()
    commit = shop.journal.commit

    async def away(_: object) -> None:
        raise InvalidError("the store is away")

    shop.journal.commit = away
    for _ in range(2):
        with pytest.raises(HubError):
            await shop.watch.step()
    shop.journal.commit = commit
    assert await shop.watch.step() == 1


async def test_it_runs_beside_the_log(shop: Watched) -> None:
    running = asyncio.create_task(shop.watch.run())
    await asyncio.sleep(0)
    await shop.give(ANN), await shop.give(BEN, 80)
    await shop.link()
    for _ in range(200):
        if await shop.facts(GrantSuspended):
            break
        await asyncio.sleep(0.01)
    assert len(await shop.facts(GrantSuspended)) == 1
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


steps = st.lists(
    st.tuples(
        st.sampled_from(["give", "link", "unlink", "amend", "wait", "restart", "crash"]),
        st.sampled_from([ANN, BEN]),
        st.integers(70, 120),
    ),
    max_size=15,
)


@given(steps)
@settings(max_examples=60, deadline=None)
async def test_what_is_written_is_what_is_so_and_writing_it_changes_nothing(taken: list[tuple[str, str, int]]) -> None:
    shop = Watched()
    await shop.begin()
    linked = False
    for what, customer, number in taken:
        if what == "give":
            with contextlib.suppress(HubError):  # other terms stand
                await shop.give(customer, number)
        elif what == "amend" and (grant := (await shop.stands(customer)).get("fibre")):
            await shop.grants.amend(grant, terms={"price": number}, reason="a mistake", **BY)
        elif what in ("link", "unlink") and linked is (what == "unlink"):
            linked = not linked
            await (shop.link() if linked else shop.unlink())
        elif what == "wait":
            shop.clock.moment += (number - 69) * DAY / 3
        elif what == "crash":  # what was to be written is lost with the process
            shop.start()
        elif what == "restart":
            await shop.watch.step()
            shop.start()
        before = await shop.stands(ANN), await shop.stands(BEN)
        if what != "crash":
            await shop.watch.step()
        assert (await shop.stands(ANN), await shop.stands(BEN)) == before
    await shop.watch.step()
    histories = await shop.journal.load([ANN, BEN])
    facts = {stream: fold(one.event for one in history) for stream, history in histories.items()}
    now = shop.clock.now()
    for whole in [facts] if linked else [{stream: grants} for stream, grants in facts.items()]:
        so = held(whole, now)
        for one in (grant for grants in whole.values() for grant in grants.given.values()):
            assert one.is_expired == (one.expires_at <= now)
            assert one.is_expired or one.suspended_by == so.suspended.get(one.grant_id, "")
    assert await shop.watch.step() == 0
