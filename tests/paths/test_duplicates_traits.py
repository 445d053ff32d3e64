"""What a customer's facts tell of who else they may be is read back from a few bytes a fact."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.customer.events import CustomerRegistered, IdentifierObserved, ProfileChanged
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.event import Event
from hub.paths.duplicates.record import Known, Record
from hub.paths.duplicates.traits import FIELDS, record_of, trait

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}


def named(name: str) -> ProfileChanged:
    return ProfileChanged(**META, name=name)


def held(kind: str, value: str, verified: bool = True) -> IdentifierObserved:
    return IdentifierObserved(**META, kind=kind, value=value, verified=verified)


def field(name: str, value: str, days: int = 0) -> ProfileFieldChanged:
    when = {**META, "at": NOON + timedelta(days=days)}
    return ProfileFieldChanged.model_construct(**when, field=name, value=value)


def read(*streams: list[Event], unsound: str = "", shared: Any = ()) -> Record:
    written = [b"".join(trait(number, event) for number, event in enumerate(events)) for events in streams]
    return record_of("customer-1", written, lambda kind, value: f"{kind}:{value}" != unsound, shared)


def test_each_field_is_read_from_every_name_it_goes_by_and_the_better_known_one_first() -> None:
    for part, names in FIELDS.items():
        for name in names:
            assert getattr(read([field(name, "x y")]), part) == "x y"
        assert getattr(read([field(name, name) for name in names[::-1]]), part) == names[0]
        assert getattr(read([field(names[0], ""), field(names[-1], "kept")]), part) == "kept"


def test_what_tells_nothing_takes_no_room() -> None:
    for event in (CustomerRegistered(**META), named(""), held("phone", ""), field("colour", "red")):
        assert trait(1, event) == b""


def test_of_a_field_what_was_said_last_stands_whichever_stream_comes_first() -> None:
    old, new = [field("city", "Yazd")], [field("city", "Bam", days=1)]
    assert read(old, new).place == read(new, old).place == read(new + old).place == "Bam"
    assert read(old, [field("city", "", days=1)]).place == ""


def test_of_names_the_last_of_the_first_stream_that_has_one_is_taken_apart() -> None:
    record = read([], [named("Ali"), named("  Maryam   Karimi Pour ")], [named("Zahra Moradi")])
    assert (record.given_name, record.family_name) == ("Maryam", "Karimi Pour")
    whole = read([named("Maryam Karimi"), field("surname", "Moradi")])
    assert (whole.given_name, whole.family_name) == ("", "Moradi")
    given = read([named("Maryam Karimi"), field("first_name", "Zahra")])
    assert (given.given_name, given.family_name) == ("Zahra", "")
    assert read([named("Maryam")])[2:4] == ("Maryam", "")
    assert read([named("  ")]) == Record("customer-1")


def test_of_whom_no_fact_tells_anything_nothing_is_known() -> None:
    assert read([], []) == Record("customer-1")


def test_an_identifier_is_proven_once_it_was_if_it_can_prove_anything_and_few_share_it() -> None:
    claimed, proven = held("phone", "1", verified=False), held("phone", "1")
    for events in ([claimed, proven], [proven, claimed]):
        assert read(events).identifiers == (Known("phone", "1", True),)
        assert read(events[:1], events[1:]).identifiers == (Known("phone", "1", True),)
    assert read([claimed]).identifiers == (Known("phone", "1", False),)
    assert read([proven], unsound="phone:1").identifiers == (Known("phone", "1", False),)
    assert read([held("phone", "2"), held("email", "1")]).identifiers[0].kind == "phone"
    both = [proven, held("phone", "2")]
    assert read(both, shared={("phone", "1")}).identifiers == (Known("phone", "2", True),)


def test_signs_that_part_the_facts_are_left_out_of_what_people_wrote() -> None:
    record = read([named("Ma\x1fry\x1eam"), held("email", "a\x1fb", verified=False), field("city", "Ya\x1ezd\ud800")])
    assert (record.stream, record.given_name, record.place) == ("customer-1", "Maryam", "Yazd\ud800")
    assert record.identifiers == (Known("email", "ab", False),)
