"""What is linked, what is proposed, what contradicts, and what is left alone."""

import random
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.paths.duplicates import search as searching
from hub.paths.duplicates.blocking import fingerprint
from hub.paths.duplicates.findings import Cluster, Conflict, Findings, Link, Proposal, Shared
from hub.paths.duplicates.proposing import IDENTIFIER_ALONE
from hub.paths.duplicates.record import Known, Record
from hub.paths.duplicates.search import DuplicateSearch

PHONE = Known("phone", "+989123456789", True)
MAIL = Known("email", "a@b.c", True)
NUMBER = Known("customer_number", "77", True)
NAMED = {"given_name": "Maryam", "family_name": "Karimi"}
HOME = {"street": "خیابان حافظ", "house": "12", "place": "Tehran", "postcode": "1136934567"}


def code(value: str) -> Known:
    return Known("national_id", value, True)


def claimed(one: Known) -> Known:
    return one._replace(verified=False)


def one(stream: str, *identifiers: Known, **more: Any) -> Record:
    return Record(stream, identifiers, **more)


def search(*records: Record, apart: Any = ()) -> tuple[Findings, list[Proposal]]:
    found = DuplicateSearch(apart)
    for record in records:
        found.take(record)
    return found.findings(), list(found.proposals())


def streams(*records: Record, apart: Any = ()) -> list[tuple[str, ...]]:
    return [cluster.streams for cluster in search(*records, apart=apart)[0].clusters]


@pytest.mark.parametrize("proof", [code("1"), Known("legal_id", "1", True), NUMBER])
def test_one_proven_identifier_is_enough(proof):
    link = Link(proof.kind, proof.value, ("a", "b"))

    assert search(one("a", proof), one("b", proof), one("c")) == (Findings((Cluster(("a", "b"), (link,)),), (), ()), [])


@pytest.mark.parametrize("proof", [PHONE, MAIL])
def test_a_proven_phone_or_mail_links_who_bears_one_name_and_proposes_who_bears_none(proof):
    assert streams(one("a", proof, **NAMED), one("b", proof, **NAMED)) == [("a", "b")]
    for other in ({}, NAMED):
        findings, [found] = search(one("a", proof, **other), one("b", proof))
        assert findings == Findings((), (), ())
        assert (found.rule, found.agreeing, found.score) == (IDENTIFIER_ALONE, ("identifier",), 0.5)
    assert search(one("a", proof, **NAMED), one("b", claimed(proof)))[1] == []


@pytest.mark.parametrize("proof", [claimed(code("1")), claimed(PHONE), Known("cookie", "x", True)])
def test_what_is_claimed_or_weak_links_nobody(proof):
    assert streams(one("a", proof), one("b", proof)) == []
    assert streams(one("a", PHONE), one("b", claimed(PHONE))) == []


def test_links_reach_over_different_identifiers():
    records = one("a", PHONE, **NAMED), one("b", PHONE, MAIL, **NAMED), one("c", MAIL, NUMBER, **NAMED)
    assert streams(*records, one("d", NUMBER)) == [("a", "b", "c", "d")]


def test_different_national_codes_on_one_phone_are_a_conflict():
    findings, _ = search(one("a", PHONE, code("1")), one("b", PHONE, code("2")), one("c", PHONE))

    link = Link("phone", PHONE.value, ("a", "b", "c"))
    assert findings == Findings((), (Conflict((link,), ("a", "b", "c"), "different national_id"),), ())


@pytest.mark.parametrize("nobody", ["0", "b", "z"])
def test_who_contradicts_nobody_hides_no_conflict_wherever_they_stand(nobody):
    findings, _ = search(one(nobody, PHONE), one("a", PHONE, code("1")), one("c", PHONE, code("2")))

    assert [(found.streams, found.reason) for found in findings.conflicts] == [
        (tuple(sorted(("a", "c", nobody))), "different national_id")
    ]


def test_a_chain_that_ends_in_another_person_stands_in_none_of_its_weak_links():
    findings, _ = search(
        one("a", PHONE, code("1"), **NAMED),
        one("a2", code("1")),
        one("b", PHONE, MAIL, **NAMED),
        one("c", MAIL, code("2"), **NAMED),
    )

    assert [cluster.streams for cluster in findings.clusters] == [("a", "a2")]
    [conflict] = findings.conflicts
    assert (conflict.streams, conflict.reason) == (("a", "a2", "b", "c"), "different national_id")
    assert {link.rule for link in conflict.links} == {"phone", "email"}


def test_a_person_and_an_organisation_are_not_one():
    findings, _ = search(one("a", NUMBER, code("1")), one("b", NUMBER, Known("legal_id", "2", True)))

    assert findings.clusters == ()
    assert findings.conflicts[0].reason == "a person and an organisation"


def test_a_record_with_two_national_codes_links_nobody_by_them():
    findings, _ = search(one("a", code("1")), one("b", code("1"), code("2")), one("c", code("2")))

    assert findings.clusters == ()
    assert len(findings.conflicts[0].links) == 2


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"given_name": "Ali", "family_name": "Karimi"}, {"given_name": "Zahra", "family_name": "Karimi"},
         "different given names"),
        ({"given_name": "Ali", "family_name": "Karimi", "birth_date": "1360-01-02"},
         {"given_name": "Ali", "family_name": "Rostami", "birth_date": "1375-11-20"},
         "different family names"),
        ({"family_name": "Iran Khodro"}, {"family_name": "Zamzam"}, "different family names"),
    ],
)  # fmt: skip
def test_a_phone_that_people_share_or_hand_on_links_nobody(first, second, reason):
    findings, _ = search(one("a", PHONE, **first), one("b", PHONE, **second))

    assert findings.clusters == ()
    assert [conflict.reason for conflict in findings.conflicts] == [reason]


BORN = {"birth_date": "13600102"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (NAMED | BORN, {"given_name": "Mariam"} | BORN),
        (NAMED | BORN, {"given_name": "Maryam", "family_name": "Rostami"} | BORN),
        (NAMED, {"given_name": "Karimi", "family_name": "Maryam"}),
        (NAMED, {"given_name": "Mariam", "family_name": "Karimi"}),
        (NAMED | BORN, NAMED | {"birth_date": "13600201"}),
        (NAMED | {"given_name": "مريم", "family_name": "كريمي"}, {"given_name": "مریم", "family_name": "کریمی"}),
    ],
)
def test_who_marries_or_is_written_otherwise_is_the_same(first, second):
    assert streams(one("a", PHONE, **first), one("b", PHONE, **second)) == [("a", "b")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (NAMED, {"given_name": "Maryam", "family_name": "Rostami"}),
        ({"given_name": "Maryam"} | BORN, {"given_name": "Sepideh"} | BORN),
        (NAMED, {"given_name": "Mariam"}),
        (NAMED | BORN, {"given_name": "Ali", "family_name": "Rostami", "birth_date": "13600103"}),
    ],
)
def test_namesakes_twins_and_who_says_too_little_are_not_linked_by_a_phone(first, second):
    assert streams(one("a", PHONE, **first), one("b", PHONE, **second)) == []


@pytest.mark.parametrize(
    ("mine", "others", "reason"),
    [
        ((code("1"),), (NUMBER,), "strong identifiers that nobody brought together"),
        ((Known("customer_number", "78", True),), (NUMBER,), "different customer_number"),
        ((NUMBER, code("1")), (NUMBER._replace(value="78"), code("1")), ""),
        ((NUMBER, code("1")), (NUMBER,), ""),
    ],
)
def test_a_phone_joins_nobody_whom_the_rules_of_links_keep_apart(mine, others, reason):
    findings, _ = search(one("a", PHONE, *mine, **NAMED), one("b", PHONE, *others, **NAMED))

    assert [conflict.reason for conflict in findings.conflicts] == [reason] * bool(reason)
    assert len(findings.clusters) == (not reason)


def test_a_nameless_record_is_not_linked_but_proposed_by_a_phone_that_others_link():
    findings, proposals = search(one("a", PHONE, **NAMED), one("c", PHONE), one("d", PHONE, **NAMED))

    assert [cluster.streams for cluster in findings.clusters] == [("a", "d")]
    assert findings.conflicts == ()
    assert [(found.one, found.other, found.rule) for found in proposals] == [
        ("a", "c", IDENTIFIER_ALONE),
        ("c", "d", IDENTIFIER_ALONE),
    ]


def test_people_of_a_family_with_like_names_are_not_linked_by_their_phone():
    assert streams(one("a", PHONE, given_name="Ghala"), one("b", PHONE, given_name="Ghaka")) == []


def test_a_switchboard_is_shared_and_never_links():
    staff = [
        one(f"s{n}", PHONE, code(str(n)), given_name=name) for n, name in enumerate(["Ali", "Zahra", "Omid", "Taha"])
    ]
    findings, proposals = search(*staff, one("t", PHONE))

    assert findings == Findings((), (), (Shared("phone", PHONE.value, 4, ("s0", "s1", "s2", "s3", "t")),))
    assert proposals == []


@pytest.mark.parametrize(("callers", "told"), [(3, []), (4, [4]), (10, [10]), (12, [10])])
def test_a_claimed_dealers_number_is_shared_too_and_people_are_counted_up_to_ten(callers, told):
    records = [one(f"c{n:02}", claimed(PHONE), Known("customer_number", str(n), True)) for n in range(callers)]
    findings, _ = search(*records)

    assert [shared.people for shared in findings.shared] == told
    assert [len(shared.streams) for shared in findings.shared] == [callers] * len(told)


def test_identifiers_whose_keys_fall_together_are_told_apart():
    dealers, ours = (Known("phone", f"+9891{number:08}", True) for number in (230_206, 8_810_942))
    assert fingerprint(f"phone\x1f{dealers.value}") == fingerprint(f"phone\x1f{ours.value}")
    callers = [one(f"c{n}", dealers, Known("customer_number", str(n), True)) for n in range(4)]
    findings, _ = search(*callers, one("a", ours, **NAMED), one("b", ours, **NAMED))

    assert [shared.value for shared in findings.shared] == [dealers.value]
    assert [cluster.streams for cluster in findings.clusters] == [("a", "b")]


def test_what_a_stronger_identifier_settled_is_not_asked_again_of_a_weaker_one():
    moved = one("a2", code("1"), **NAMED, birth_date="13751120")
    same = streams(one("a", code("1"), PHONE, **NAMED, birth_date="13600102"), moved, one("b", PHONE, **NAMED))

    assert same == [("a", "a2", "b")]


def test_of_several_contradictions_the_same_is_told_in_whatever_order_records_come():
    records = one("a", NUMBER, code("1")), one("b", NUMBER, code("2")), one("c", NUMBER, Known("legal_id", "3", True))
    for order in permutations(records):
        assert [found.reason for found in search(*order)[0].conflicts] == ["different national_id"]


def test_what_a_person_held_apart_is_neither_linked_nor_proposed():
    same = {"given_name": "Ali", "family_name": "Karimi", "birth_date": "13600102", **HOME}
    findings, proposals = search(one("a", PHONE, **same), one("b", PHONE, **same), apart=[("b", "a")])

    assert findings.clusters == ()
    assert findings.conflicts[0].reason == "a person said that they are two customers"
    assert proposals == []
    assert len(search(one("a", **same), one("c", **same), apart=[("b", "a")])[1]) == 1


ALI = {"given_name": "علي", "family_name": "كريمي", "birth_date": "1360/01/02", **HOME}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"given_name": "علی", "family_name": "کریمی", "birth_date": "۱۳۶۰-۰۱-۰۲"}, "names, birth date and address"),
        ({"house": "40", "street": "بلوار کشاورز", "postcode": "9177", "place": "Mashhad"}, "names and birth date"),
        ({"birth_date": ""}, "names and address"),
        ({"given_name": ""}, "names, birth date and address"),
        ({"birth_date": "1360/02/01"}, "names, birth date and address"),
        ({"family_name": "رستمی"}, "birth date and address"),
    ],
)
def test_names_birth_dates_and_addresses_propose(changed, rule):
    findings, proposals = search(one("b", **ALI), one("a", **(ALI | changed)))

    assert findings.clusters == ()
    assert [(found.one, found.other, found.rule) for found in proposals] == [("a", "b", rule)]
    assert 0.7 < proposals[0].score <= 1


@pytest.mark.parametrize(
    "changed",
    [
        {"given_name": "زهرا"},
        {"given_name": "زهرا", "birth_date": "13620304"},
        {"birth_date": "13900506", "given_name": "علیرضا"},
        {"house": "40", "street": "بلوار کشاورز", "postcode": "9177", "place": "Mashhad", "birth_date": ""},
    ],
)
def test_twins_families_and_namesakes_are_not_proposed(changed):
    assert search(one("a", **ALI), one("b", **(ALI | changed)))[1] == []


def test_a_claimed_identifier_and_the_name_propose():
    named = {"given_name": "Ali", "family_name": "Karimi"}
    _, [found] = search(one("a", PHONE, **named), one("b", claimed(PHONE), given_name="Ali", family_name="Karimy"))

    assert (found.rule, found.agreeing) == ("names and an identifier", ("names", "identifier"))


def test_other_national_codes_need_all_else_to_agree_unless_they_differ_by_a_slip():
    moved = ALI | {"house": "40", "street": "بلوار کشاورز", "postcode": "9177", "place": "Mashhad"}

    assert search(one("a", code("0499370899"), **ALI), one("b", code("0790419904"), **moved))[1] == []
    [slip] = search(one("a", code("0499370899"), **ALI), one("b", code("0499730899"), **moved))[1]
    [all_else] = search(one("a", code("0499370899"), **ALI), one("b", code("0790419904"), **ALI))[1]
    assert slip.against == all_else.against == ("different national_id",)
    assert all_else.score == 0.9


@pytest.mark.parametrize(("more", "proposed", "skipped"), [(0, 780, 0), (1, 0, 4)])
def test_keys_that_too_many_share_are_not_compared_and_counted(more, proposed, skipped):
    found = DuplicateSearch()
    for number in range(searching.LARGEST_BLOCK + more):
        found.take(one(f"s{number}", given_name="Ali", family_name="Karimi", birth_date="13600112"))

    assert found.skipped_blocks == 0
    assert (len(list(found.proposals())), found.skipped_blocks) == (proposed, skipped)


def test_beside_a_key_that_too_many_share_all_others_are_compared():
    crowd = [one(f"s{number}", **NAMED, place="Tehran") for number in range(searching.LARGEST_BLOCK + 1)]
    twice = [
        one(f"{letter}{number}", given_name=f"Ali{letter}", family_name="Rostami", birth_date="13600112")
        for letter in "abcdefgh"
        for number in (1, 2)
    ]
    proposed = {(found.one, found.other) for found in search(*crowd, *twice)[1]}

    assert proposed >= {(f"{letter}1", f"{letter}2") for letter in "abcdefgh"}


def test_behind_two_who_are_not_alike_others_of_the_house_are_compared():
    couple = one("b", given_name="Zahra", family_name="Karimi", **HOME), one("c", given_name="Zahra", **HOME)
    proposals = search(one("a", given_name="Ali", family_name="Karimi", **HOME), *couple)[1]

    assert [(found.one, found.other) for found in proposals] == [("b", "c")]


def test_what_is_alike_is_proposed_also_where_nobody_asked_what_is_linked():
    found = DuplicateSearch()
    for stream in ("a", "b"):
        found.take(one(stream, **ALI))

    assert [proposal.rule for proposal in found.proposals()] == ["names, birth date and address"]


def test_one_record_too_many_is_refused(monkeypatch):
    monkeypatch.setattr(searching, "MOST_RECORDS", 2)
    found = DuplicateSearch()
    for stream in ("a", "b"):
        found.take(one(stream))

    with pytest.raises(OverflowError, match=r"^a search holds 2 records: search parts of them$"):
        found.take(one("c"))
    assert len(found) == 2


PARTS = {
    "given_name": "ali",
    "family_name": "karimi",
    "birth_date": "13600112",
    "street": "hafez",
    "house": "12",
    "place": "yazd",
    "postcode": "113",
}
UNKNOWN = dict.fromkeys(PARTS, "")


@pytest.mark.parametrize(
    ("first", "changed", "compared"),
    [
        (("given_name", "birth_date"), {"given_name": "amir"}, True),
        (("given_name", "birth_date"), {"given_name": "bli"}, False),
        (("given_name", "birth_date"), {"given_name": "", "family_name": "a"}, True),
        (("birth_date",), {}, False),
        (("given_name", "place"), {}, False),
        (("given_name", "family_name"), {}, False),
        (("given_name", "family_name", "place"), {"given_name": "karimi", "family_name": "ali"}, True),
        (("given_name", "family_name", "place"), {"family_name": "rostami"}, False),
        (("given_name", "family_name", "postcode"), {}, True),
        (("given_name", "family_name", "birth_date"), {"given_name": "karimi", "family_name": "ali"}, True),
        (("given_name", "family_name", "birth_date"), {"birth_date": "13601225"}, True),
        (("given_name", "family_name", "birth_date"), {"birth_date": "13610112"}, True),
        (("given_name", "family_name", "birth_date"), {"birth_date": "13611112"}, False),
        (("house", "place", "street"), {"street": "hafeh"}, True),
        (("house", "place", "street"), {"street": "hafis"}, False),
        (("house", "place", "street"), {"house": "13"}, False),
        (("house", "postcode"), {}, True),
        (("house", "postcode", "place"), {"place": "bam"}, True),
        (("house", "postcode", "place"), {"postcode": "114"}, False),
        (("house", "street"), {}, False),
        (("place", "postcode"), {}, False),
    ],
)
def test_which_records_are_compared(first, changed, compared):
    known = UNKNOWN | {part: PARTS[part] for part in first}
    keys = [set(searching.likeness_keys(one("s", **texts))) for texts in (known, known | changed)]

    assert keys[0].isdisjoint(keys[1]) != compared


identifiers = st.builds(
    Known,
    st.sampled_from(["national_id", "legal_id", "customer_number", "phone", "email", "cookie"]),
    st.sampled_from("123"),
    st.booleans(),
)
facts = st.builds(
    Record,
    st.just(""),
    st.lists(identifiers, max_size=4, unique_by=lambda one: (one.kind, one.value)).map(tuple),
    given_name=st.sampled_from(["", "Ali", "Aly", "Zahra"]),
    family_name=st.sampled_from(["", "Karimi", "Rostami"]),
    birth_date=st.sampled_from(["", "13600102", "13600201", "13751120"]),
    postcode=st.sampled_from(["", "1136934567"]),
    house=st.sampled_from(["", "1"]),
)
worlds = st.lists(facts, min_size=2, max_size=9).map(
    lambda records: [record._replace(stream=f"s{number}") for number, record in enumerate(records)]
)
pairs = st.lists(st.tuples(st.sampled_from(["s0", "s1", "s2"]), st.sampled_from(["s3", "s4"])), max_size=2)


@for_all(world=worlds, apart=pairs, seed=st.integers(0, 99))
def test_the_order_of_records_does_not_matter(world, apart, seed):
    shuffled = random.Random(seed).sample(world, len(world))
    (first, proposed), (second, again) = search(*world, apart=apart), search(*shuffled, apart=apart)

    assert {cluster.streams for cluster in first.clusters} == {cluster.streams for cluster in second.clusters}
    assert {(one.streams, one.reason) for one in first.conflicts} == {
        (one.streams, one.reason) for one in second.conflicts
    }
    assert set(first.shared) == set(second.shared)
    assert {(found.one, found.other) for found in proposed} == {(found.one, found.other) for found in again}


@for_all(world=worlds, apart=pairs)
def test_no_cluster_holds_two_parties_and_each_pair_is_told_once(world, apart):
    findings, proposals = search(*world, apart=apart)
    by_stream = {record.stream: record for record in world}

    linked: set[frozenset[str]] = set()
    for cluster in findings.clusters:
        held = [frozenset(pair) for pair in combinations(cluster.streams, 2)]
        assert linked.isdisjoint(held)
        linked.update(held)
        for kind in ("national_id", "legal_id"):
            holding = [by_stream[stream].verified(kind) for stream in cluster.streams]
            for a, b in combinations([codes for codes in holding if codes], 2):
                assert a & b
        for link in cluster.links:
            assert set(link.streams) <= set(cluster.streams)
            assert all(Known(link.rule, link.value, True) in by_stream[stream].identifiers for stream in link.streams)
    proposed = [frozenset((found.one, found.other)) for found in proposals]
    assert len(set(proposed)) == len(proposed)
    assert linked.isdisjoint(proposed)
    assert not (linked | set(proposed)) & {frozenset(pair) for pair in apart}
