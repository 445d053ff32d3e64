"""Which units of a batch may be written, decided without a database."""

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import ConflictError
from hub.journal.batch import judge, outcomes_of, prepare, recorded_of
from hub.journal.codec import Codec
from hub.ports import Append, Committed, ContactRow, KnownContactError, Unit
from tests.support.stores import contact, event, unit


def judged(units: list[Unit], versions: dict[str, int] | None = None, known: tuple[ContactRow, ...] = ()) -> list[type]:
    problems = judge(units, versions or {}, {row.contact_id: row for row in known})
    return [type(problem) for problem in problems]


class TestJudge:
    def test_a_unit_that_follows_what_is_there_passes(self) -> None:
        assert judged([unit("agent-1", after=3)], {"agent-1": 3}) == [type(None)]

    def test_one_behind_or_ahead_does_not(self) -> None:
        assert judged([unit("agent-1", after=2), unit("agent-2", after=4)], {"agent-1": 3, "agent-2": 3}) == [
            ConflictError,
            ConflictError,
        ]

    def test_a_stream_that_was_only_looked_at_must_stand_as_it_did(self) -> None:
        looked = Unit([Append("agent-1", 3, []), Append("agent-2", 0, [event()])])
        assert judged([looked], {"agent-1": 3}) == [type(None)]
        assert judged([looked], {"agent-1": 4}) == [ConflictError]

    def test_who_failed_keeps_nobody_from_a_stream_it_only_looked_at(self) -> None:
        failing = Unit([Append("agent-1", 0, []), Append("agent-2", 7, [event()])])
        assert judged([failing, unit("agent-1"), unit("agent-2")]) == [ConflictError, type(None), ConflictError]

    def test_two_appends_of_one_unit_to_one_stream_follow_each_other(self) -> None:
        follows = Unit([Append("agent-1", 0, [event()]), Append("agent-1", 1, [event()])])
        repeats = Unit([Append("agent-2", 0, [event()]), Append("agent-2", 0, [event()])])
        assert judged([follows, repeats]) == [type(None), ConflictError]

    def test_one_contact_twice_in_a_unit_is_a_repeat(self) -> None:
        assert judged([unit("customer-1", contacts=(contact("c"), contact("c")))]) == [KnownContactError]

    def test_a_unit_without_events_may_bring_a_contact(self) -> None:
        assert judged([Unit([], [contact("c")]), Unit([], [contact("c")])]) == [type(None), KnownContactError]


class TestPrepare:
    def test_rows_and_what_they_rest_on(self) -> None:
        codec = Codec()
        units = [unit("a", after=2, events=2, contacts=(contact("c"),)), unit("a", after=4), unit("b")]
        batch = prepare(codec, units)
        assert batch is not None
        assert [row[:2] for row in batch.events] == [("a", 3), ("a", 4), ("a", 5), ("b", 1)]
        assert batch.expected == [("a", 2)]
        assert batch.contacts == [contact("c")]

    def test_what_was_only_looked_at_rests_on_nothing_having_come(self) -> None:
        looked = Unit([Append("a", 2, []), Append("b", 0, []), Append("c", 0, [event()])])
        batch = prepare(Codec(), [looked, unit("a", after=2)])
        assert batch is not None
        assert [row[:2] for row in batch.events] == [("c", 1), ("a", 3)]
        assert (batch.expected, batch.untouched) == ([("a", 2)], [("a", 3), ("b", 1)])

    def test_a_gap_inside_the_batch_is_seen_before_the_database_is_asked(self) -> None:
        assert prepare(Codec(), [unit("a"), unit("a", after=2)]) is None


STREAMS = st.sampled_from(["a", "b", "c"])
UNITS = st.lists(
    st.builds(
        Unit,
        st.lists(
            st.builds(Append, STREAMS, st.integers(0, 3), st.integers(1, 2).map(lambda n: [event()] * n)),
            min_size=1,
            max_size=2,
        ),
        st.lists(st.sampled_from(["c1", "c2", "c3"]).map(contact), max_size=1),
    ),
    max_size=8,
)


@given(UNITS, st.dictionaries(STREAMS, st.integers(0, 2)))
def test_whatever_passes_leaves_streams_without_gaps_and_contacts_once(
    units: list[Unit], versions: dict[str, int]
) -> None:
    problems = judge(units, versions, {})
    ends, seen, failed = dict(versions), set[str](), set[str]()
    for one, problem in zip(units, problems, strict=True):
        streams = {append.stream for append in one.appends}
        if problem is not None:
            failed |= streams
            continue
        assert not streams & failed
        for append in one.appends:
            assert append.after == ends.get(append.stream, 0)
            ends[append.stream] = append.after + len(append.events)
        ids = {row.contact_id for row in one.contacts}
        assert not ids & seen
        seen |= ids


@given(UNITS, st.integers(1, 1000))
def test_positions_follow_each_other_over_the_units_that_passed(units: list[Unit], first: int) -> None:
    outcomes = outcomes_of(units, judge(units, {}, {}), first)
    recorded = recorded_of(units, outcomes)
    assert [one.position for one in recorded] == list(range(first, first + len(recorded)))
    for one, outcome in zip(units, outcomes, strict=True):
        if isinstance(outcome, Committed):
            inside = [r for r in recorded if outcome.first <= r.position <= outcome.last]
            assert [r.event for r in inside] == [e for append in one.appends for e in append.events]
