"""Who of a campaign is decided on while nobody else is whose decision would have to be taken again for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.paths.turns import NotTheirTurnError, Turn, Turns


def refused_for(turns: Turns, turn: Turn, writes: str, looks: str = "") -> Turn | None:
    try:
        turns.take(turn, writes, looks)
    except NotTheirTurnError as error:
        return error.turn
    return None


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        (("a", ""), ("a", ""), True),
        (("a", ""), ("b", ""), False),
        (("ab", ""), ("cb", ""), True),
        (("a", "b"), ("b", ""), True),
        (("a", ""), ("b", "a"), True),
        (("a", "c"), ("b", "c"), False),
    ],
)
def test_who_shares_a_stream_that_one_of_them_writes_to_waits(
    first: tuple[str, str], second: tuple[str, str], waits: bool
):
    turns, one, other = Turns(), Turn(), Turn()
    turns.take(one, *first)
    assert (refused_for(turns, other, *second) is one) is waits


def test_all_of_it_is_free_again_at_the_end():
    turns, one, other = Turns(), Turn(), Turn()
    turns.take(one, "ab", "c")
    turns.end(one)
    assert one.over.is_set()
    assert refused_for(turns, other, "abc") is None


def test_who_is_refused_has_taken_nothing():
    turns, one, refused, third = Turns(), Turn(), Turn(), Turn()
    turns.take(one, "a", "")
    assert refused_for(turns, refused, "ba", "c") is one
    assert refused_for(turns, third, "bc") is None


def test_who_takes_again_gives_back_what_they_had():
    turns, one, other = Turns(), Turn(), Turn()
    turns.take(one, "a", "b")
    turns.take(one, "c", "a")
    assert refused_for(turns, other, "b") is None
    assert refused_for(turns, other, "a") is one


STREAMS = st.frozensets(st.sampled_from("abcd"), max_size=3).map("".join)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), STREAMS, STREAMS), max_size=30))
def test_no_two_ever_share_a_stream_that_one_of_them_writes_to(steps: list[tuple[bool, int, str, str]]):
    turns, several = Turns(), [Turn() for _ in range(5)]
    held: dict[int, tuple[set[str], set[str]]] = {}
    for takes, number, writes, looks in steps:
        held.pop(number, None)
        if not takes:
            turns.end(several[number])
            continue
        free = not any(
            set(writes) & (other_writes | other_looks) or set(looks) & other_writes
            for other_writes, other_looks in held.values()
        )
        assert (refused_for(turns, several[number], writes, looks) is None) is free
        if free:
            held[number] = set(writes), set(looks)
