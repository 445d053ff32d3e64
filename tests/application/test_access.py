import pytest

from hub.application.access.keys import AccessKeys, KeyRing, fingerprint
from hub.clock import WallClock
from hub.domain.access.decide import evolve, issue, revoke
from hub.domain.access.events import STREAM, ApiKeyIssued, ApiKeyRevoked, Role
from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.ports import Append, Recorded, Unit
from tests.support.memory import MemoryJournal


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
def access(journal: MemoryJournal) -> AccessKeys:
    return AccessKeys(journal, WallClock())


async def test_a_request_that_comes_again_is_told_the_same_key_and_makes_no_second(journal: MemoryJournal) -> None:
    first = await AccessKeys(journal, WallClock(), secret=b"s").issue(Role.ADMIN, "x", request="r")
    after_a_restart = AccessKeys(journal, WallClock(), secret=b"s")
    assert await after_a_restart.issue(Role.ADMIN, "x", request="r") == first
    assert len(journal.log) == 1
    assert (await after_a_restart.issue(Role.ADMIN, "x", request="other")).token != first.token
    assert (await AccessKeys(MemoryJournal(), WallClock(), secret=b"t").issue(Role.ADMIN, "x", request="r")) != first
    with pytest.raises(InvalidError) as refused:
        await after_a_restart.issue(Role.SUPERVISOR, "x", request="r")
    assert refused.value.field == "Idempotency-Key"


async def test_a_key_is_kept_as_its_hash_only(journal: MemoryJournal, access: AccessKeys) -> None:
    issued = await access.issue(Role.AGENT, " Ann ", "a1")
    assert issued.token.startswith("hub_")
    assert len(issued.token) >= 4 + 43
    [recorded] = journal.log
    assert isinstance(recorded.event, ApiKeyIssued)
    assert recorded.event.sha256 == fingerprint(issued.token)
    assert issued.token not in recorded.event.model_dump_json()
    [key] = await access.list()
    assert (key.key_id, key.name, key.role, key.agent_id) == (issued.key_id, "Ann", Role.AGENT, "a1")


async def test_no_two_tokens_are_equal(access: AccessKeys) -> None:
    assert len({(await access.issue(Role.ADMIN, "x")).token for _ in range(50)}) == 50


async def test_a_key_ring_follows_the_log(journal: MemoryJournal, access: AccessKeys) -> None:
    first = await access.issue(Role.ADAPTER, "pbx")
    ring = KeyRing(journal.log)
    journal.followers.append(ring.follow)
    second = await access.issue(Role.ADMIN, "root")
    for issued in (first, second):
        found = ring.find(issued.token.encode())
        assert found is not None
        assert found.key_id == issued.key_id
    await access.revoke(first.key_id)
    assert ring.find(first.token) is None
    assert ring.find(second.token) is not None
    assert ring.find("hub_unknown") is None
    assert ring.find("") is None


async def test_what_a_key_ring_knows_already_changes_nothing(journal: MemoryJournal, access: AccessKeys) -> None:
    issued = await access.issue(Role.ADMIN, "root")
    await access.revoke(issued.key_id)
    ring = KeyRing(journal.log)
    ring.follow(journal.log[:1])
    assert ring.find(issued.token) is None


async def test_revoking_twice_writes_once_and_an_unknown_key_is_not_found(
    journal: MemoryJournal, access: AccessKeys
) -> None:
    issued = await access.issue(Role.ADMIN, "root")
    await access.revoke(issued.key_id)
    await access.revoke(issued.key_id)
    assert [type(recorded.event) for recorded in journal.log] == [ApiKeyIssued, ApiKeyRevoked]
    with pytest.raises(NotFoundError, match="key-9"):
        await access.revoke("key-9")
    [key] = await access.list()
    assert key.revoked_at is not None


class Contended(MemoryJournal):
    """Somebody else is first, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def load(self, streams: list[str]) -> dict[str, list[Recorded]]:  # type: ignore[override]
        found = await super().load(streams)
        if self.times:
            self.times -= 1
            keys = AccessKeys(MemoryJournal(), WallClock())
            await keys.issue(Role.ADMIN, "other")
            event = keys._journal.log[0].event  # type: ignore[attr-defined]
            await self.commit([Unit([Append(STREAM, self.version(STREAM), [event])])])
        return found


async def test_another_writer_only_makes_it_decide_again() -> None:
    journal = Contended(4)
    issued = await AccessKeys(journal, WallClock()).issue(Role.ADMIN, "root")
    assert KeyRing(journal.log).find(issued.token) is not None
    assert len(journal.log) == 5


async def test_always_another_writer_is_a_conflict() -> None:
    with pytest.raises(ConflictError):
        await AccessKeys(Contended(99), WallClock()).issue(Role.ADMIN, "root")


async def test_a_broken_store_is_not_taken_for_success(journal: MemoryJournal, access: AccessKeys) -> None:
    journal.fail_next = 1
    with pytest.raises(OSError, match="disk full"):
        await access.issue(Role.ADMIN, "root")


META = {"at": "2026-01-05T12:00:00Z", "recorded_at": "2026-01-05T12:00:00Z", "causation": "c", "actor": "operator:x"}


@pytest.mark.parametrize(
    ("name", "role", "agent", "field"),
    [("", Role.ADMIN, "", "name"), ("x" * 101, Role.ADMIN, "", "name"), ("x", Role.SUPERVISOR, "a1", "agent_id")],
)
def test_a_key_that_cannot_be_is_refused(name: str, role: Role, agent: str, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        issue({}, "key-1", name=name, role=role, sha256="0" * 64, agent_id=agent, **META)
    assert refused.value.field == field


def test_given_a_key_when_it_is_issued_again_then_it_is_refused() -> None:
    [issued] = issue({}, "key-1", name="x", role=Role.ADMIN, sha256="0" * 64, **META)
    keys = evolve({}, issued)
    with pytest.raises(InvalidError):
        issue(keys, "key-1", name="x", role=Role.ADMIN, sha256="0" * 64, **META)
    [revoked] = revoke(keys, "key-1", **META)
    assert revoke(evolve(keys, revoked), "key-1", **META) == []
