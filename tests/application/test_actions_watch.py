"""What agents may say is decided beside routing once it is offered, written by the hub, and never lost nor written
twice, whatever happens to who decides."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.application.deciding import ATTEMPTS
from hub.application.paths import actions_watch
from hub.application.paths.action_responses import Answered
from hub.application.paths.actions_watch import ActionsWatch
from hub.application.paths.asked_beside import Drafted
from hub.domain.decision.events import ActionsNotPresented, PathDecided
from hub.domain.grant.events import Response
from hub.domain.ids import interaction_id
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.sqlite import SqliteStore
from tests.application.conversations import ANN, CALL, Centre
from tests.application.deciding_beside import Beside
from tests.domain.consents import KEY
from tests.paths.decisions import complaint
from tests.support.memory import MemoryJournal

NOTHING = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
BY = {"actor": "agent:sam", "command_id": "c"}


@pytest.fixture(params=["memory", "sqlite"])
async def centre(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Centre]:
    if request.param == "memory":
        yield Centre(MemoryJournal())
        return
    journal = EventJournal(SqliteStore(tmp_path / "events.sqlite", Codec()))
    yield Centre(journal)
    await journal.close()


class Watched:
    """A watch that has heard of the log so far."""

    def __init__(self, centre: Centre, file: Path | None = None) -> None:
        self.centre = centre
        self.beside = Beside(centre)
        self.late: list[float] = []
        self.watch = ActionsWatch(centre.journal, centre.clock, centre.actions, self.beside, file, self.late.append)
        self.seen = 0

    async def hears(self) -> None:
        batch = [one for one in await self.centre.journal.read(0, 10_000) if one.position > self.seen]
        self.seen = batch[-1].position
        self.watch.follow(batch)

    async def goes_on(self) -> None:
        """Until nothing is asked any more."""
        while self.beside.asked:
            self.watch.drafted(await self.beside.answers())
            await self.watch.step()


async def test_it_is_decided_when_it_is_offered_and_what_was_left_unsaid_is_put_down(centre: Centre) -> None:
    await centre.call()
    watched = Watched(centre)
    await watched.hears()
    assert (watched.beside.kept, watched.watch.due) == (True, 1)
    await watched.goes_on()
    [decided] = await centre.facts(PathDecided)
    assert decided.asked.interaction_id == CALL
    assert (watched.watch.due, len(watched.late)) == (0, 1)
    shown = await centre.actions.show(CALL, **BY)
    assert shown.decided == decided
    said = Answered(Response.ACCEPTED, shown.actions[0].proposition, terms_hash=shown.actions[0].terms_hash)
    await centre.responses.respond(CALL, said, **BY)
    await centre.end()
    await centre.wrap_up()
    await watched.hears()
    await watched.goes_on()
    [left] = await centre.facts(ActionsNotPresented)
    assert (left.decision_id, left.propositions) == (decided.decision_id, ("fibre",))
    another = Watched(centre)
    await another.hears()
    await another.goes_on()
    assert len(await centre.facts(PathDecided, ActionsNotPresented)) == 2


async def test_nothing_is_asked_where_agents_may_say_nothing(centre: Centre) -> None:
    await centre.call()
    await centre.publish(NOTHING)
    watched = Watched(centre)
    watched.watch.start(0)
    await watched.hears()
    assert (watched.beside.kept, watched.beside.asked, watched.watch.due) == (False, [], 0)


async def test_a_start_goes_on_from_what_was_not_done(centre: Centre, tmp_path: Path) -> None:
    await centre.call()
    file = tmp_path / "actions.json"
    watched = Watched(centre, file)
    assert watched.watch.start(3) == 3
    await watched.hears()
    watched.watch.keep()
    log = await centre.journal.read(0, 10_000)
    offered = next(one.position for one in log if type(one.event).__name__ == "InteractionOffered")
    assert Watched(centre, file).watch.start(len(log)) == offered - 1
    await watched.goes_on()
    watched.watch.keep()
    assert Watched(centre, file).watch.start(100) == len(log)


async def test_work_between_agents_is_passed_over(centre: Centre) -> None:
    await centre.call(consult_of=interaction_id(KEY, "other"))
    watched = Watched(centre)
    await watched.hears()
    await watched.goes_on()
    assert (await centre.facts(PathDecided), watched.watch.due) == ([], 0)


async def test_what_a_process_left_is_decided_by_the_next_once(centre: Centre) -> None:
    await centre.call()
    watched = Watched(centre)
    watched.beside.alive = False
    await watched.hears()
    assert (watched.beside.asked, watched.watch.due) == ([], 1)
    watched.beside.alive = True
    watched.watch.ask_again()
    before = await watched.beside.answers()  # it dies when it has answered, before that is written
    watched.watch.drafted(before)
    watched.watch.ask_again()
    watched.watch.drafted(await watched.beside.answers())
    await watched.watch.step()
    await watched.goes_on()
    assert len(await centre.facts(PathDecided)) == 1
    assert watched.watch.due == 0


async def test_a_customer_whose_stream_moves_on_meanwhile_is_decided_again(centre: Centre) -> None:
    await centre.call()
    watched = Watched(centre)
    await watched.hears()
    stale = await watched.beside.answers()
    await centre.write((ANN, complaint(centre.clock.moment)))
    watched.watch.drafted(stale)
    await watched.watch.step()
    assert (await centre.facts(PathDecided), watched.watch.conflicts) == ([], 1)
    await watched.goes_on()
    [decided] = await centre.facts(PathDecided)
    assert [one.proposition for one in decided.said] == ["sorry"]


async def test_what_fails_again_and_again_is_left_to_who_asks(centre: Centre) -> None:
    await centre.call()
    watched = Watched(centre)
    await watched.hears()
    for _ in range(ATTEMPTS):
        watched.watch.ask_again()
    assert (watched.watch.due, watched.beside.times) == (0, ATTEMPTS)
    assert (await centre.actions.show(CALL, **BY)).decided is not None


async def test_what_can_not_be_written_now_is_asked_again(centre: Centre) -> None:
    if not isinstance(centre.journal, MemoryJournal):
        pytest.skip("only a journal of the tests fails when it is told to")
    await centre.call()
    watched = Watched(centre)
    await watched.hears()
    watched.watch.drafted(await watched.beside.answers())
    centre.journal.fail_next = 1
    with pytest.raises(OSError, match="disk full"):
        await watched.watch.step()
    await watched.goes_on()
    assert len(await centre.facts(PathDecided)) == 1


async def test_who_can_not_decide_now_is_asked_later(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    await centre.call()
    watched = Watched(centre)
    monkeypatch.setattr(actions_watch, "RETRY_SECONDS", 0.01)
    await watched.hears()
    [asked] = watched.beside.asked
    watched.beside.asked = []
    watched.watch.drafted([Drafted(asked.number, failed="the store can't be read")])
    await watched.watch.step()
    assert (watched.watch.due, watched.beside.asked) == (1, [])
    await asyncio.sleep(0.05)
    await watched.goes_on()
    assert len(await centre.facts(PathDecided)) == 1


async def test_how_long_the_oldest_waits_is_told(centre: Centre) -> None:
    watched = Watched(centre)
    assert watched.watch.oldest() == 0.0
    await centre.call()
    await watched.hears()
    await centre.clock.sleep(2.5)
    assert watched.watch.oldest() == 2.5
    await watched.goes_on()
    assert (watched.watch.oldest(), watched.late) == (0.0, [2.5])
