"""What people say of links reaches all streams concerned, and any id leads to its customer for ever."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from hub.application.intake.recorder import ContactRecorder
from hub.application.linking.identity import ATTEMPTS, By, Identity
from hub.clock import WallClock
from hub.domain.access.events import ApiKeyRevoked
from hub.domain.contact import Channel, Contact, Path
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked, LinkBlocked
from hub.domain.errors import ConflictError, NotFoundError, RefusedError
from hub.domain.ids import customer_id
from hub.ports import Append, Outcome, Unit
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

KEY = b"k" * 32
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
STEWARD = By("operator:steward", "command-1", "seen both passports")


def phone(number: int) -> str:
    return f"+9891234567{number:0>2}"


def stream(number: int) -> str:
    return customer_id(KEY, "phone", phone(number))


async def called(journal: MemoryJournal, *numbers: int) -> Identity:
    """An identity over these, who have each called once, one after the other."""
    recorder = ContactRecorder(journal, WallClock(), KEY)
    for number in numbers:
        path = Path(channel=Channel.PHONE, address=phone(number))
        await recorder.record([(Contact(id=f"call-{number}", path=path, occurred_at=NOON), "adapter:phone")])
    return Identity(journal, WallClock(), KEY, LinkViews(journal))


async def test_an_older_id_leads_to_the_customer_and_says_so() -> None:
    identity = await called(MemoryJournal(), 1, 2, 3)
    recorded = await identity.link(stream(3), stream(2), STEWARD)
    await identity.link(stream(1), stream(3), STEWARD)

    assert {one.stream for one in recorded} == {stream(2), stream(3)}
    assert all(isinstance(one.event, CustomersLinked) for one in recorded)
    found = await identity.resolve(stream(3))
    assert (found.canonical_id, found.asked_for) == (stream(1), stream(3))
    assert found.ids == (stream(1), stream(2), stream(3))
    assert {one.kind for one in found.members} == {"phone"}
    assert [(one.rule, one.actor, one.causation) for one in found.links] == [
        ("by_hand", "operator:steward", "command-1")
    ] * 2


async def test_what_is_recorded_is_told_where_it_stands() -> None:
    journal = MemoryJournal()
    identity = await called(journal, 1, 2, 3)
    await identity.link(stream(1), stream(2), STEWARD)
    recorded = await identity.link(stream(2), stream(3), By("operator:steward", "command-2", "same voice"))
    assert recorded == journal.log[-3:]
    assert recorded[0].event.reason == "same voice"


async def test_a_link_that_is_taken_away_leaves_two_customers_and_is_not_made_again() -> None:
    journal = MemoryJournal()
    identity = await called(journal, 1, 2)
    [linked, _] = await identity.link(stream(1), stream(2), STEWARD)
    link = linked.event.link_id
    recorded = await identity.unlink(stream(2), link, STEWARD)

    assert {type(one.event) for one in recorded} == {CustomersUnlinked}
    assert await identity.unlink(stream(2), link, STEWARD) == []
    found = await identity.resolve(stream(2))
    assert (found.canonical_id, found.ids, found.links) == (stream(2), (stream(2),), ())
    assert [(one.left, one.right) for one in found.kept_apart] == [tuple(sorted((stream(1), stream(2))))]
    assert await identity.declare(stream(1), stream(2), STEWARD) == []
    with pytest.raises(RefusedError, match="lift that first"):
        await identity.link(stream(1), stream(2), STEWARD)
    await identity.lift(stream(1), stream(2), STEWARD)
    again = By("operator:steward", "command-3", "they are, after all")
    assert len(await identity.link(stream(1), stream(2), again)) == 2


async def test_a_steward_sees_what_waits_and_settles_it() -> None:
    identity = await called(MemoryJournal(), 1, 2, 3)
    await identity.keep_apart(stream(1), stream(3), STEWARD)
    await identity.declare(stream(1), stream(2), STEWARD)
    blocked = await identity.declare(stream(2), stream(3), STEWARD)
    assert {type(one.event) for one in blocked} == {LinkBlocked}
    [waiting] = await identity.conflicts(10, 0)
    assert {waiting.left, waiting.right} == {stream(2), stream(3)}
    assert waiting.because == "kept_apart"
    await identity.keep_apart(stream(2), stream(3), STEWARD)
    assert await identity.conflicts(10, 0) == []


async def test_a_shared_phone_is_marked_by_hand() -> None:
    identity = await called(MemoryJournal(), 1, 2)
    await identity.link(stream(1), stream(2), STEWARD)
    await identity.share(stream(2), STEWARD, shared=True)
    assert (await identity.resolve(stream(2))).shared == (stream(2),)
    assert (await identity.resolve(stream(1))).ids == (stream(1),)
    await identity.share(stream(2), STEWARD, shared=False)
    assert (await identity.resolve(stream(2))).shared == ()


@pytest.mark.parametrize("name", ["customer-unknown", "access-keys", ""])
async def test_nobody_but_a_registered_customer_is_linked(name: str) -> None:
    journal = MemoryJournal()
    identity = await called(journal, 1)
    revoked = ApiKeyRevoked(at=NOON, recorded_at=NOON, causation="c", actor="a", key_id="key-1")
    await journal.commit([Unit([Append("access-keys", 0, [revoked])])])
    before = list(journal.log)
    for pair in ((stream(1), name), (name, stream(1))):
        with pytest.raises(NotFoundError, match="there is no customer"):
            await identity.link(*pair, STEWARD)
    assert journal.log == before
    assert (await identity.resolve(name)).ids == (name,)


async def test_who_was_forgotten_is_linked_with_nobody() -> None:
    journal = MemoryJournal()
    identity = await called(journal, 1, 2)
    await identity.link(stream(1), stream(2), STEWARD)
    gone = CustomerForgotten(at=NOON, recorded_at=NOON, causation="c", actor="a", reason="asked for")
    await journal.commit([Unit([Append(stream(2), journal.version(stream(2)), [gone])])])
    with pytest.raises(RefusedError, match="was forgotten"):
        await identity.link(stream(2), stream(1), STEWARD)
    assert (await identity.resolve(stream(2))).canonical_id == stream(1), "old ids lead on all the same"


async def test_another_writer_makes_it_decide_again_and_not_for_ever() -> None:
    class Contended(MemoryJournal):
        rivals = 1

        async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
            if self.rivals and len(units[0].appends) > 1:
                self.rivals -= 1
                rival = CustomerRegistered(at=NOON, recorded_at=NOON, causation="r", actor="rival")
                await super().commit([Unit([Append(stream(2), self.version(stream(2)), [rival])])])
            return await super().commit(units)

    journal = Contended()
    identity = await called(journal, 1, 2)
    assert len(await identity.link(stream(1), stream(2), STEWARD)) == 2
    journal.rivals = ATTEMPTS
    with pytest.raises(ConflictError):
        await identity.unlink(stream(1), (await identity.resolve(stream(1))).links[0].link_id, STEWARD)
