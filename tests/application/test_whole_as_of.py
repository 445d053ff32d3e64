"""A customer as of an earlier place in the log, from what was read just now, is what reading again would find."""

from typing import Any

import pytest

from hub.domain.customer.events import CustomerForgotten, IdentifierObserved
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.event import Event
from tests.application.conversations import ANN, CALL, Centre
from tests.paths.decisions import complaint, meta
from tests.support.memory import MemoryJournal

BY = {"actor": "agent:sam", "command_id": "c"}


async def ann_decided_on() -> tuple[Centre, int]:
    """And the place in the log up to which was looked at."""
    centre = Centre(MemoryJournal())
    await centre.call()
    shown = await centre.actions.show(CALL, **BY)
    assert shown.decided is not None
    return centre, shown.decided.seen


async def test_what_came_since_is_left_out() -> None:
    centre, seen = await ann_decided_on()
    await centre.comes("message-2")
    now = await centre.parts.wholes.read(ANN, centre.clock.now())
    then = await centre.parts.wholes.read(ANN, centre.clock.now(), seen=seen)
    assert now.customer != then.customer
    assert now.as_of(seen) == then


@pytest.mark.parametrize(
    "fact",
    [
        lambda now: IdentifierObserved(**meta(now), kind="email", value="a@x.test", verified=True),
        lambda now: CustomersLinked(
            **meta(now),
            link_id="l",
            rule="by_hand",
            left=Side(id=ANN, since=now),
            right=Side(id="customer-b", since=now),
        ),
        lambda now: CustomerForgotten(**meta(now), reason="asked"),
        complaint,
    ],
    ids=["identifier", "link", "forgotten", "case"],
)
async def test_what_may_say_who_they_are_is_read_again(fact: Any) -> None:
    centre, seen = await ann_decided_on()
    event: Event = fact(centre.clock.now())
    now = await centre.parts.wholes.read(ANN, centre.clock.now())
    await centre.write((ANN, event))
    later = (await centre.journal.load([ANN]))[ANN]
    assert type(now)(now.canonical, later[-1].position, {ANN: later}).as_of(seen) is None
    assert type(now)(now.canonical, later[-1].position, {ANN: later[:-1]}).as_of(seen) is not None


async def test_of_an_account_and_of_what_was_said_elsewhere_it_is_read_again() -> None:
    centre, seen = await ann_decided_on()
    now = await centre.parts.wholes.read(ANN, centre.clock.now())
    assert now.as_of(seen) is not None
    assert type(now)(now.canonical, now.seen, now.customer, "account-1", {"account-1": []}).as_of(seen) is None
    assert type(now)(now.canonical, now.seen, now.customer, looked_at={"customer-b": 3}).as_of(seen) is None


async def test_who_is_shown_it_again_has_the_customer_read_once() -> None:
    centre, _ = await ann_decided_on()
    assert isinstance(centre.journal, MemoryJournal)
    before = centre.journal.loaded
    await centre.actions.show(CALL, **BY)
    assert centre.journal.loaded - before == len([CALL, ANN])
