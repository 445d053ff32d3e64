"""Notes agents write for each other: each once, told to whom they mention, read once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.customer import notes
from hub.domain.customer.notes import AgentMentioned, MentionRead, NoteWritten
from hub.domain.errors import InvalidError, NotFoundError
from tests.api.world import META

CUSTOMER = "customer-ab"


def write(history: list[Any], text: str = "call them", mentions: tuple[str, ...] = (), **more: Any) -> list[Any]:
    return notes.write(history, CUSTOMER, "interaction-1", "ann", text, mentions, **more, **META)


def test_a_note_tells_each_agent_it_mentions_once_and_not_its_writer() -> None:
    written, ben, carl = write([], mentions=("ben", "ann", "carl", "ben"))
    assert isinstance(written, NoteWritten)
    assert (written.note_id, written.text, written.mentions) == ("note-ab-1", "call them", ("ben", "carl"))
    assert (written.agent_id, written.interaction_id, written.correlation) == ("ann", "interaction-1", "interaction-1")
    assert [(type(one), one.agent_id, one.by, one.note_id) for one in (ben, carl)] == [
        (AgentMentioned, "ben", "ann", "note-ab-1"), (AgentMentioned, "carl", "ann", "note-ab-1"),
    ]  # fmt: skip
    [second] = write([written, ben, carl])
    assert second.note_id == "note-ab-2"


def test_a_repeat_of_a_request_writes_nothing_and_one_that_says_otherwise_is_refused() -> None:
    history = write([], request_id="r")
    assert write(history, request_id="r") == []
    assert len(write(history)) == 1
    for more in ({"text": "another"}, {"mentions": ("ben",)}):
        with pytest.raises(InvalidError) as told:
            write(history, request_id="r", **more)
        assert told.value.field == "request_id"
    with pytest.raises(InvalidError):
        notes.write(history, CUSTOMER, "interaction-2", "ann", "call them", (), request_id="r", **META)
    with pytest.raises(InvalidError):
        notes.write(history, CUSTOMER, "interaction-1", "ben", "call them", (), request_id="r", **META)


def test_a_note_says_something() -> None:
    with pytest.raises(InvalidError) as told:
        write([], "  \n")
    assert told.value.field == "text"


def test_who_is_mentioned_reads_it_once() -> None:
    history = write([], mentions=("ben", "carl"))
    [read] = notes.read(history, "note-ab-1", "ben", **META)
    assert isinstance(read, MentionRead)
    assert (read.agent_id, read.note_id, read.interaction_id) == ("ben", "note-ab-1", "interaction-1")
    assert notes.read([*history, read], "note-ab-1", "ben", **META) == []
    assert len(notes.read([*history, read], "note-ab-1", "carl", **META)) == 1
    for note, agent in (("note-ab-1", "dora"), ("note-ab-1", "ann"), ("note-ab-2", "ben")):
        with pytest.raises(NotFoundError):
            notes.read(history, note, agent, **META)


@given(st.text(alphabet="0123456789abcdef", min_size=1), st.integers(1))
def test_a_notes_name_tells_its_customer(name: str, number: int) -> None:
    assert notes.customer_of_note(notes.note_id(f"customer-{name}", number)) == f"customer-{name}"


@pytest.mark.parametrize("name", ["", "note-", "note-ab", "note--1", "note-ab-x", "case-ab-1"])
def test_no_other_name_is_a_notes(name: str) -> None:
    assert notes.customer_of_note(name) == ""
