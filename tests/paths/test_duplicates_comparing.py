"""How alike two records are, to the figure: by names, birth dates and addresses, and what says that they are two."""

from typing import Any

import pytest

from hub.paths.duplicates.comparing import (
    SAME,
    UNLIKE,
    addresses,
    birth_dates,
    contradiction,
    identifiers_contradict,
    names,
    names_contradict,
    near_identifiers,
    plainly_different,
    vouched,
)
from hub.paths.duplicates.findings import Link, Proposal
from hub.paths.duplicates.linking import Member, judge
from hub.paths.duplicates.proposing import IDENTIFIER_ALONE, contested, propose
from hub.paths.duplicates.record import Known, Record

NAMED = {"given_name": "maryam", "family_name": "karimi"}
MAHIN = {"given_name": "mahin", "family_name": "najmi"}
MAHIM = {"given_name": "mahim", "family_name": "najmy"}
MOHAMAD = {"given_name": "mohamad", "family_name": "karimi"}
HOME = {"street": "hafez street", "house": "12", "place": "tehran", "postcode": "1136934567"}
BORN = {"birth_date": "13600102"}
PHONE = Known("phone", "+989123456789", True)


def one(*identifiers: Known, stream: str = "s", **texts: Any) -> Record:
    return Record(stream, identifiers, **texts)


def code(value: str, kind: str = "national_id") -> Known:
    return Known(kind, value, True)


@pytest.mark.parametrize(
    ("changed", "alike"),
    [
        ({}, (1, 1, 1, 1)),
        ({"given_name": "mariam"}, (0.922, 1, 0.961, 0.922)),
        ({"given_name": "karimi", "family_name": "maryam"}, (1, 1, 1, 1)),
        ({"given_name": "karimi", "family_name": "mariam"}, (None, None, 0.961, 0.922)),
        ({"given_name": ""}, (-1, 1, 1, 1)),
        ({"family_name": ""}, (1, -1, 1, 1)),
        ({"given_name": "", "family_name": ""}, (-1, -1, -1, -1)),
        ({"family_name": "rostami"}, (1, 0.643, 0.821, 0.643)),
        ({"given_name": "مریم"}, (0.95, 1, 0.975, 0.95)),
        ({"given_name": "سپیده"}, (0, 1, 0.5, 0)),
    ],
)
def test_names_are_compared_half_by_half_and_the_right_way_round(
    changed: dict[str, str], alike: tuple[float | None, ...]
) -> None:
    for found in (names(one(**NAMED), one(**(NAMED | changed))), names(one(**(NAMED | changed)), one(**NAMED))):
        known = [figure for figure, expected in zip(found, alike, strict=True) if expected is not None]
        assert known == pytest.approx([expected for expected in alike if expected is not None], abs=0.001)


def test_halves_of_names_are_crossed_only_where_both_are_known_and_it_is_better() -> None:
    assert names(one(given_name="maryam"), one(family_name="maryam")).both == -1
    twice, once = one(given_name="karim", family_name="karim"), one(given_name="karim", family_name="rostami")
    assert names(twice, once).given == names(once, twice).given == 1
    assert names(one(given_name="ali", family_name="alia"), one(given_name="alia", family_name="ali")).least == 1


@pytest.mark.parametrize(
    ("a", "b", "alike"), [("ali", "alia", 0.9), ("rezaa", "reza", 0.9), ("parsa", "parsaa", 0.967), ("reza", "reza", 1)]
)
def test_of_a_short_name_a_letter_more_is_another_one(a: str, b: str, alike: float) -> None:
    assert names(one(given_name=a), one(given_name=b)).given == pytest.approx(alike, abs=0.001)


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        ("13600102", "13600102", 1), ("13600102", "13600201", 0.9), ("13600102", "13600103", 0.9),
        ("13600102", "13600120", 0.9), ("13600102", "13610103", 0), ("13601112", "13601211", 0.9),
        ("1360112", "1360211", 0), ("", "13600102", -1), ("13600102", "", -1),
    ],
)  # fmt: skip
def test_birth_dates_agree_but_for_one_slip(a: str, b: str, alike: float) -> None:
    assert birth_dates(one(birth_date=a), one(birth_date=b)) == alike


@pytest.mark.parametrize(
    ("changed", "alike"),
    [
        ({}, 1), ({"house": "13"}, 0.8), ({"place": "mashhad"}, 0.908), ({"postcode": "1136934568"}, 0.96),
        ({"postcode": "9"}, 0.8), ({"postcode": "1136934586"}, 0.8),
        ({"street": "street hafez"}, 1), ({"street": "hafez"}, 0.835),
        ({"street": "", "place": "", "postcode": ""}, -1), ({"street": "", "house": ""}, 1),
        ({"street": "", "house": "", "postcode": "1136934568"}, 0.9), ({"house": "", "place": "", "postcode": ""}, 1),
        ({"street": "", "place": ""}, 1), ({"street": "", "place": "", "house": "13"}, 0.5),
    ],
)  # fmt: skip
def test_addresses_are_the_mean_of_their_parts_and_one_small_part_is_too_little(
    changed: dict[str, str], alike: float
) -> None:
    assert addresses(one(**HOME), one(**(HOME | changed))) == pytest.approx(alike, abs=0.001)
    assert addresses(one(**(HOME | changed)), one(**HOME)) == pytest.approx(alike, abs=0.001)


@pytest.mark.parametrize(
    ("mine", "others", "by", "reason"),
    [
        ((code("1"),), (code("2"),), "phone", "different national_id"),
        ((code("1"),), (code("2", "legal_id"),), "phone", "a person and an organisation"),
        ((code("1", "legal_id"),), (code("2", "legal_id"),), "phone", "different legal_id"),
        ((code("1"),), (code("7", "customer_number"),), "phone", "strong identifiers that nobody brought together"),
        ((code("1"),), (), "phone", ""), ((), (code("1"),), "phone", ""), ((code("1"),), (code("1"),), "phone", ""),
    ],
)  # fmt: skip
def test_what_strong_identifiers_say_against_each_other(
    mine: tuple[Known, ...], others: tuple[Known, ...], by: str, reason: str
) -> None:
    assert identifiers_contradict(one(*mine), one(*others), by) == reason
    assert contradiction(one(*mine, **NAMED), one(*others, **NAMED), by) == reason


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (NAMED, NAMED | {"given_name": "ali"}, "different given names"),
        (NAMED, NAMED | {"given_name": "سپیده"}, "different given names"),
        (NAMED, NAMED | {"given_name": "mari"}, "different given names"),
        (NAMED | BORN, NAMED | BORN | {"given_name": "mari"}, ""),
        (NAMED, NAMED | {"family_name": "rostami"}, "different family names"),
        (NAMED, NAMED | {"family_name": "رستمی"}, "different family names"),
        (NAMED | BORN, NAMED | BORN | {"family_name": "rostami"}, ""),
        (NAMED | BORN, NAMED | {"birth_date": "13750611"}, "different birth dates"),
        (NAMED | BORN, NAMED | {"birth_date": "13600103"}, ""), (NAMED, {}, ""), ({}, {}, ""),
    ],
)  # fmt: skip
def test_what_names_and_birth_dates_say_against_a_shared_phone(
    first: dict[str, str], second: dict[str, str], reason: str
) -> None:
    assert contradiction(one(**first), one(**second), "phone") == reason


@pytest.mark.parametrize(
    ("first", "second", "is_vouched"),
    [
        (NAMED, NAMED, True), (NAMED, {"given_name": "maryam"}, False), ({}, {}, False),
        (NAMED, NAMED | {"given_name": "mariam"}, True), (NAMED, NAMED | {"family_name": "rostami"}, False),
        (NAMED | BORN, NAMED | BORN | {"family_name": "rostami"}, True),
        (NAMED | BORN, NAMED | {"family_name": "rostami", "birth_date": "13600103"}, False),
        ({"given_name": "maryam"} | BORN, {"given_name": "maryam"} | BORN, True), (BORN, BORN, False),
    ],
)  # fmt: skip
def test_who_is_vouched_for(first: dict[str, str], second: dict[str, str], is_vouched: bool) -> None:
    assert vouched(one(**first), one(**second)) == is_vouched


def test_a_slip_in_the_last_of_five_letters_is_the_same_name_still() -> None:
    assert names(one(**MAHIN), one(**MAHIM)).least == SAME
    assert contradiction(one(**MAHIN), one(**MAHIM), "phone") == ""
    assert vouched(one(**MAHIN), one(**MAHIM))
    assert not names_contradict("Mahin Najmi", "Mahim Najmy")


def test_names_that_are_just_like_enough_are_not_told_apart() -> None:
    first, second = {"given_name": "bahram"} | BORN, {"given_name": "sara"} | BORN
    assert names(one(**first), one(**second)).given == UNLIKE
    assert contradiction(one(**first), one(**second), "phone") == ""
    assert vouched(one(**first), one(**second))
    assert plainly_different(one(given_name="bahram"), one(given_name="sara")) == ""


def test_people_are_told_apart_by_names_alone_only_where_no_birth_date_agrees() -> None:
    other = {"given_name": "zahra", "family_name": "moradi"}
    assert plainly_different(one(**NAMED), one(**other)) == "different names"
    assert plainly_different(one(**NAMED | BORN), one(**other | BORN)) == ""
    assert plainly_different(one(**NAMED | BORN), one(**other | {"birth_date": "13750611"})) == "different names"
    assert plainly_different(one(**NAMED), one(given_name="سپیده", family_name="رستمی")) == "different names"
    assert plainly_different(one(**NAMED), one(**NAMED)) == ""
    assert plainly_different(one(code("1"), **NAMED), one(code("2"), **NAMED)) == "different national_id"
    numbers = (code("1", "customer_number"), code("2", "customer_number"))
    assert plainly_different(*(one(number) for number in numbers)) == "different customer_number"
    for name in ("maryam", "mariam"):
        assert plainly_different(one(numbers[0], **NAMED), one(numbers[1], **NAMED | {"given_name": name})) == ""


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [("12345", "12354", True), ("12345", "12300", True), ("12345", "12999", False), ("12345", "1", False)],
)
def test_two_slips_in_an_identifier_are_near(a: str, b: str, near: bool) -> None:
    for kind in ("national_id", "legal_id"):
        assert near_identifiers(one(code(a, kind)), one(code(b, kind))) == near
    assert not near_identifiers(one(code(a, "legal_id")), one(code(b)))


def test_names_without_a_sound_in_common_are_two() -> None:
    assert names_contradict("Maryam Karimi", "Maryam رستمی")
    assert names_contradict("Maryam Karimi", "سپیده Karimi")


def test_links_name_streams_in_one_order_whichever_was_seen_first() -> None:
    members = [Member(number, one(PHONE, stream=stream, **NAMED), True) for stream, number in (("a", 1), ("b", 0))]
    [edge] = judge("phone", PHONE.value, members).links
    assert edge.link == Link("phone", PHONE.value, ("a", "b"))


class TestProposals:
    @pytest.mark.parametrize(
        ("first", "second", "rule", "score", "agreeing"),
        [
            (NAMED | BORN | HOME, {}, "names, birth date and address", 1.0, ("names", "birth_date", "address")),
            (NAMED | BORN, {}, "names and birth date", 1.0, ("names", "birth_date")),
            (NAMED | BORN, {"birth_date": "13600103"}, "names and birth date", 0.964, ("names", "birth_date")),
            (NAMED | BORN, {"birth_date": "13600103", "given_name": "mariam"}, "", 0, ()),
            (NAMED | HOME, {}, "names and address", 1.0, ("names", "address")),
            (NAMED | HOME, {"house": "13"}, "names and address", 0.92, ("names", "address")),
            (NAMED | HOME, {"house": "13", "postcode": "9"}, "", 0, ()),
            (NAMED | BORN | HOME, {"family_name": "rostami"}, "birth date and address", 0.92,
             ("birth_date", "address")),
            (NAMED | BORN | HOME, {"given_name": "ali"}, "", 0, ()),
            (NAMED | BORN | HOME, {"birth_date": "13750611"}, "names and address", 0.75, ("names", "address")),
            (NAMED | BORN, {"given_name": "mariam"}, "names and birth date", 0.975, ("names", "birth_date")),
            (NAMED | HOME, {"given_name": "mariam"}, "names and address", 0.977, ("names", "address")),
            (NAMED | BORN | HOME, {"given_name": "mariam", "birth_date": "13750611"}, "", 0, ()),
            (NAMED | BORN | HOME, {"given_name": "سپیده", "family_name": "رستمی"}, "birth date and address", 0.55,
             ("birth_date", "address")),
            (NAMED, {}, "", 0, ()),
            (NAMED | BORN | HOME, {"house": "13"}, "names, birth date and address", 0.94,
             ("names", "birth_date", "address")),
            (NAMED | BORN | HOME, {"family_name": "rostami", "house": "13"}, "birth date and address", 0.86,
             ("birth_date", "address")),
            (MAHIN | HOME, MAHIM, "names and address", 0.952, ("names", "address")),
            (MOHAMAD | BORN | HOME, {"given_name": "mohamadali", "birth_date": "13750611"}, "names and address", 0.736,
             ("names", "address")),
            (NAMED | BORN | HOME | {"given_name": "bahram"}, {"given_name": "sara"}, "birth date and address", 0.944,
             ("birth_date", "address")),
            (NAMED | BORN | HOME | {"family_name": "hosseini"}, {"given_name": "ali", "family_name": "soleimani"}, "",
             0, ()),
        ],
    )  # fmt: skip
    def test_the_first_rule_that_holds_proposes_with_the_mean_of_what_is_known(
        self, first: dict[str, str], second: dict[str, str], rule: str, score: float, agreeing: tuple[str, ...]
    ) -> None:
        found = propose(one(stream="b", **first), one(stream="a", **(first | second)))
        assert found == (Proposal("a", "b", rule, score, agreeing) if rule else None)

    def test_a_name_and_an_identifier_are_enough_unless_the_birth_dates_differ(self) -> None:
        found = propose(one(stream="a", **NAMED), one(stream="b", **NAMED), identifier=True)
        assert found == Proposal("a", "b", "names and an identifier", 1.0, ("names", "identifier"))
        slips = propose(one(**MAHIN), one(**MAHIM), identifier=True)
        assert slips is not None
        assert slips.rule == "names and an identifier"
        for name in ("رستمی", "rostami"):
            another = {"given_name": "سپیده", "family_name": name}
            assert propose(one(**NAMED | BORN), one(**another | BORN), identifier=True) is None
        other = {"birth_date": "13750611"}
        assert propose(one(**NAMED | BORN), one(**NAMED | other), identifier=True) is None
        assert propose(one(**BORN), one(**other), identifier=True) is None
        alone = propose(one(stream="a"), one(stream="b"), identifier=True)
        assert alone == Proposal("a", "b", IDENTIFIER_ALONE, 0.5, ("identifier",))

    def test_what_identifiers_say_against_it_lowers_the_score_or_is_too_much(self) -> None:
        three = Proposal("a", "b", "names, birth date and address", 1.0, ("names", "birth_date", "address"))
        two = three._replace(agreeing=("names", "birth_date"))
        near, far = (code("12345"), code("12354")), (code("12345"), code("98761"))
        told = {"score": 0.9, "against": ("different national_id",)}
        assert contested(three, *map(one, far)) == three._replace(**told)
        assert contested(two, *map(one, near)) == two._replace(**told)
        assert contested(two._replace(score=0.977), *map(one, near)) == two._replace(**told | {"score": 0.879})
        assert contested(two, *map(one, far)) is None
        assert contested(two, one(), one(far[0])) == two

    def test_an_identifier_alone_is_enough_only_if_both_proved_it_and_nothing_is_against_it(self) -> None:
        found = Proposal("a", "b", IDENTIFIER_ALONE, 0.5, ("identifier",))
        mail = Known("email", "a@b.c", True)
        for proof in (PHONE, mail):
            assert contested(found, one(proof), one(proof)) == found
            assert contested(found, one(proof), one(proof._replace(verified=False))) is None
        assert contested(found, one(PHONE, code("1")), one(PHONE, code("7", "customer_number"))) is None
