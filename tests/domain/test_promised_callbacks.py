"""Given what stands in a customer's stream, when an agent promises a call, changes it, or its time comes, then."""

from datetime import timedelta
from typing import Any

import pytest

from hub.domain.customer.callbacks import decide
from hub.domain.customer.callbacks.decide import FARTHEST, Circumstances, Terms
from hub.domain.customer.callbacks.events import (
    CallbackCancelled,
    CallbackChanged,
    CallbackOpened,
    CallbackPromised,
    customer_of_callback,
)
from hub.domain.customer.callbacks.state import Phase, callbacks_of
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from tests.api.world import META, NOON

CUSTOMER, NAME = "customer-ab", "callback-ab-1"
NUMBER = "+989121234567"
TERMS = Terms(NOON + timedelta(hours=2), NUMBER, "cards", "ann", "the new card is there")
THEIRS = Circumstances({NUMBER})


def promised(history: list[Any], terms: Terms = TERMS, found: Circumstances = THEIRS) -> list[Any]:
    return decide.promise(callbacks_of(history), CUSTOMER, terms, found, "ann", service="cards", **META)


def test_a_promise_says_when_where_and_by_whom_and_has_a_name_that_leads_to_its_customer() -> None:
    [first] = promised([])
    assert isinstance(first, CallbackPromised)
    assert (first.callback_id, first.due, first.number, first.for_agent, first.queue) == (
        NAME, TERMS.due, NUMBER, "ann", "cards",
    )  # fmt: skip
    assert customer_of_callback(NAME) == CUSTOMER
    assert customer_of_callback("note-ab-1") == ""
    assert promised([first])[0].callback_id == "callback-ab-2"


def test_what_can_not_be_promised_is_refused_in_words() -> None:
    for terms, kind, why in (
        (TERMS._replace(due=NOON), InvalidError, "has passed"),
        (TERMS._replace(due=NOON + FARTHEST + timedelta(days=1)), InvalidError, "more than a year"),
        (TERMS._replace(number="+982100"), RefusedError, "no number of this customer"),
    ):
        with pytest.raises(kind, match=why):
            promised([], terms)
    with pytest.raises(RefusedError, match="closed then") as told:
        promised([], found=Circumstances({NUMBER}, "queue cards is closed then"))
    assert (told.value.field, told.value.code) == ("due", "not-then")


def test_it_is_changed_and_cancelled_until_it_is_offered() -> None:
    history = promised([])
    later = TERMS._replace(due=TERMS.due + timedelta(days=1), for_agent="")
    assert decide.change(callbacks_of(history), NAME, TERMS, THEIRS, "ben", **META) == []
    history += decide.change(callbacks_of(history), NAME, later, THEIRS, "ben", **META)
    assert [type(one) for one in history] == [CallbackPromised, CallbackChanged]
    assert callbacks_of(history)[NAME].due == later.due

    cancelled = decide.cancel(callbacks_of(history), NAME, "ben", "she called herself", **META)
    assert [type(one) for one in cancelled] == [CallbackCancelled]
    assert decide.cancel(callbacks_of(history + cancelled), NAME, "ben", "", **META) == []
    with pytest.raises(RefusedError, match="was cancelled"):
        decide.change(callbacks_of(history + cancelled), NAME, TERMS, THEIRS, "ben", **META)
    with pytest.raises(NotFoundError):
        decide.cancel({}, NAME, "ben", "", **META)


def test_who_read_it_before_another_changed_it_is_told_so() -> None:
    history = promised([])
    earlier, later = (TERMS._replace(due=TERMS.due + timedelta(hours=hours)) for hours in (1, 2))
    history += decide.change(callbacks_of(history), NAME, earlier, THEIRS, "ben", 1, **META)
    known = callbacks_of(history)
    assert (known[NAME].version, known[NAME].said_by) == (2, "ben")
    for late in (
        lambda: decide.change(known, NAME, later, THEIRS, "ann", 1, **META),
        lambda: decide.cancel(known, NAME, "ann", "", 1, **META),
    ):
        with pytest.raises(RefusedError, match="ben has changed this callback") as told:
            late()
        assert told.value.code == "changed-meanwhile"
    assert decide.change(known, NAME, earlier, THEIRS, "ann", 1, **META) == [], "it is as she wants it already"
    assert [type(one) for one in decide.cancel(known, NAME, "ann", "", 2, **META)] == [CallbackCancelled]


def test_a_fact_names_those_in_whose_lists_it_stood_or_stands() -> None:
    history = promised([], TERMS._replace(for_agent="ben"))
    [handed_on] = decide.change(callbacks_of(history), NAME, TERMS._replace(for_agent=""), THEIRS, "cem", **META)
    assert isinstance(handed_on, CallbackChanged)
    assert handed_on.agents == ("ben", "ann"), "ben is to call no more, and ann promised it"
    known = callbacks_of([*history, handed_on])
    [cancelled] = decide.cancel(known, NAME, "cem", "", **META)
    [opened] = decide.open_due(known, NAME, "interaction-1", **META | {"at": TERMS.due})
    assert isinstance(cancelled, CallbackCancelled)
    assert isinstance(opened, CallbackOpened)
    assert (cancelled.agents, opened.agents) == (("ann",), ("ann",))


def test_when_its_time_has_come_it_is_opened_once_and_nobody_changes_it_any_more() -> None:
    history = promised([])
    assert decide.open_due(callbacks_of(history), NAME, "interaction-1", **META) == [], "not yet"
    then = META | {"at": TERMS.due}
    opened = decide.open_due(callbacks_of(history), NAME, "interaction-1", **then)
    assert [type(one) for one in opened] == [CallbackOpened]
    known = callbacks_of(history + opened)
    assert (known[NAME].phase, known[NAME].interaction_id) == (Phase.OPENED, "interaction-1")
    assert decide.open_due(known, NAME, "interaction-1", **then) == []
    for late in (
        lambda: decide.cancel(known, NAME, "ann", "", **then),
        lambda: decide.change(known, NAME, TERMS, THEIRS, "ann", **then),
    ):
        with pytest.raises(RefusedError, match="its time has come") as told:
            late()
        assert told.value.code == "offered"
