"""Policies are facts: published once, in order, never over somebody else's head."""

import pytest

from hub.application.policies.routing import Policies
from hub.clock import WallClock
from hub.domain.errors import ConflictError, NotFoundError, RefusedError
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.policies.findings import Severity
from hub.ports import Recorded
from hub.router.policy.parsing import PolicyError, load_policy, parse_policy
from tests.support.memory import MemoryJournal

ONE = '[queues.care]\n[[rules]]\nqueue = "care"\n'
TWO = ONE + "# two\n"
META = {"actor": "operator:eve", "command_id": "c1"}


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
def policies(journal: MemoryJournal) -> Policies:
    return Policies(journal, WallClock(), load_policy())


async def test_what_the_hub_started_with_is_in_force_until_somebody_publishes(policies: Policies) -> None:
    first = await policies.in_force()
    assert (first.version, first.published_at) == (load_policy().version, None)
    assert parse_policy(first.text).version == first.version
    [recorded] = await policies.publish(ONE, "simpler", True, **META)
    assert isinstance(recorded.event, PolicyPublished)
    assert (recorded.stream, recorded.version, recorded.event.actor) == (ROUTING, 1, "operator:eve")
    now = await policies.in_force()
    assert (now.text, now.note, now.waiting, now.version) == (ONE, "simpler", True, parse_policy(ONE).version)
    assert (await policies.version(first.version)).text == first.text


async def test_publishing_what_is_in_force_changes_nothing_and_an_older_one_comes_back(
    journal: MemoryJournal, policies: Policies
) -> None:
    for text in (ONE, ONE, TWO, ONE):
        await policies.publish(text, **META)
    assert [one.text for one in await policies.history()] == [ONE, TWO, ONE]
    assert (await policies.version(parse_policy(ONE).version)).stream_version == 3
    assert len(journal.log) == 3


async def test_the_policy_of_the_start_becomes_a_fact_when_it_is_published(policies: Policies) -> None:
    assert await policies.publish(load_policy().text, **META)
    assert await policies.publish(load_policy().text, **META) == []


async def test_nobody_publishes_over_a_version_they_have_not_seen(policies: Policies) -> None:
    start = (await policies.in_force()).version
    await policies.publish(ONE, **META, expected_version=start)
    with pytest.raises(RefusedError, match=f"version {parse_policy(ONE).version} is in force, not {start}"):
        await policies.publish(TWO, **META, expected_version=start)
    assert len(await policies.history()) == 1


async def test_a_text_with_errors_is_refused_with_all_of_them(journal: MemoryJournal, policies: Policies) -> None:
    with pytest.raises(PolicyError) as refused:
        await policies.publish('[queues.care]\nx = 1\n[[rules]]\nqueue = "care"\npriority = "y"\n', **META)
    assert [finding.line for finding in refused.value.findings] == [2, 5]
    looping = '[queues.a]\nfull = { to = "b" }\nlimit = 1\n[queues.b]\nfull = { to = "a" }\nlimit = 1\n'
    with pytest.raises(PolicyError) as refused:
        await policies.publish(looping + '[[rules]]\nqueue = "a"\n', **META)
    assert {finding.severity for finding in refused.value.findings} == {Severity.ERROR}
    assert not journal.log


async def test_a_version_that_never_was_is_not_found(policies: Policies) -> None:
    with pytest.raises(NotFoundError, match="no version 'x'"):
        await policies.version("x")


class Contended(MemoryJournal):
    """Somebody else publishes just before, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def load(self, streams: list[str]) -> dict[str, list[Recorded]]:  # type: ignore[override]
        found = await super().load(streams)
        if self.times:
            self.times -= 1
            times, self.times = self.times, 0
            await Policies(self, WallClock(), load_policy()).publish(ONE + f"# {times}\n", **META)
            self.times = times
        return found


async def test_another_who_publishes_first_makes_it_decide_again() -> None:
    journal = Contended(3)
    await Policies(journal, WallClock(), load_policy()).publish(TWO, **META)
    assert [getattr(one.event, "text", "") for one in journal.log][-1] == TWO
    assert [one.version for one in journal.log] == [1, 2, 3, 4]
    with pytest.raises(ConflictError):
        await Policies(Contended(99), WallClock(), load_policy()).publish(TWO, **META)


async def test_the_one_who_was_first_is_seen_by_who_expected_otherwise() -> None:
    with pytest.raises(RefusedError):
        await Policies(Contended(1), WallClock(), load_policy()).publish(
            TWO, **META, expected_version=load_policy().version
        )


async def test_a_broken_store_is_not_taken_for_success(journal: MemoryJournal, policies: Policies) -> None:
    journal.fail_next = 1
    with pytest.raises(OSError, match="disk full"):
        await policies.publish(ONE, **META)


async def test_a_text_is_compared_with_what_is_in_force(policies: Policies) -> None:
    await policies.publish(ONE, **META)
    changed = (await policies.diff(ONE.replace("care", "sales"))).as_json()
    assert changed["before"] == parse_policy(ONE).version
    assert [one["after"]["queue"] for one in changed["routing"]] == ["sales"]
    assert (await policies.diff(TWO)).as_json()["routing"] == []
