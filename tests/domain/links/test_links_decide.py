"""Given what streams know of their links, when a contact, a system or a person says who belongs together, then."""

import pytest

from hub.domain.customer.links.by_agents import link_by_agent, unlink_by_agent
from hub.domain.customer.links.component import unknown
from hub.domain.customer.links.decide import (
    lift_cannot_link,
    link_by_hand,
    link_declared,
    mark_shared,
    state_cannot_link,
    unlink,
    unmark_shared,
)
from hub.domain.customer.links.events import (
    CannotLinkLifted,
    CannotLinkStated,
    CustomersLinked,
    CustomersUnlinked,
    IdentifierShared,
    IdentifierUnshared,
    LinkBlocked,
    LinksChanged,
    Side,
)
from hub.domain.customer.links.rules import LARGEST
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from tests.domain.links.streams import NOON, Streams, side


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("N1", "P1", "national_id"),
        ("P1", "L1", "legal_id"),
        ("C1", "E1", "customer_number"),
        ("N1", "C1", "national_id"),
        ("E1", "P1", "phone"),
        ("E1", "E2", "email"),
    ],
)
def test_two_verified_identifiers_in_one_contact_link_their_streams(one: str, other: str, rule: str) -> None:
    streams = Streams(one, other)
    [linked] = streams.contact(one, other)

    assert isinstance(linked, CustomersLinked)
    assert (linked.rule, linked.actor, linked.causation) == (rule, "operator:steward", "command-1")
    assert streams.events[streams[one].id] == streams.events[streams[other].id] == [linked]
    assert streams.whole(one) == streams.whole(other) == {one, other}
    assert streams.contact(other, one) == []


@pytest.mark.parametrize(("one", "other"), [("K1", "C1"), ("P1", "K1"), ("K1", "K2")])
def test_devices_and_occasions_link_nobody(one: str, other: str) -> None:
    assert Streams(one, other).contact(one, other) == []


def test_who_acts_for_a_company_is_not_that_company() -> None:
    assert Streams("N1", "L1").contact("N1", "L1") == []


@pytest.mark.parametrize(("mine", "others"), [("N1", "N2"), ("L1", "L2"), ("N1", "L1"), ("C1", "C2"), ("N1", "C2")])
def test_a_phone_never_makes_two_identities_one(mine: str, others: str) -> None:
    streams = Streams(mine, others, "P1")
    streams.contact(mine, "P1")
    [blocked] = streams.contact(others, "P1")

    assert isinstance(blocked, LinkBlocked)
    assert (blocked.because, blocked.between) == ("conflict", tuple(sorted((streams[mine], streams[others]), key=_id)))
    assert streams.events[streams[others].id] == [blocked]
    assert streams.whole("P1") == {mine, "P1"}
    assert streams.contact(others, "P1") == [], "a steward reads it once, not with each contact"


def test_a_conflict_is_found_however_far_away_the_identifiers_are() -> None:
    streams = Streams("N1", "P1", "E1", "N2", "P2")
    for pair in (("N1", "P1"), ("P1", "E1"), ("N2", "P2")):
        streams.contact(*pair)
    [blocked] = streams.contact("P2", "E1")

    assert isinstance(blocked, LinkBlocked)
    assert blocked.between == (streams["N1"], streams["N2"])


def test_identities_that_came_together_once_are_one_on_every_phone() -> None:
    streams = Streams("N1", "C1", "P1")
    streams.contact("N1", "P1")
    assert kinds(streams.contact("C1", "P1")) == [LinkBlocked]
    streams.contact("N1", "C1")
    assert CustomersLinked in kinds(streams.contact("C1", "P1"))
    assert streams.whole("P1") == {"N1", "C1", "P1"}


def test_a_person_may_hold_several_customer_numbers_when_their_identity_says_so() -> None:
    streams = Streams("N1", "C1", "C2")
    streams.contact("N1", "C1")
    assert CustomersLinked in kinds(streams.contact("N1", "C2"))
    assert streams.whole("C1") == {"N1", "C1", "C2"}


def test_what_was_blocked_is_linked_once_nothing_stands_against_it() -> None:
    streams = Streams("N1", "N2", "P1")
    streams.contact("N1", "P1")
    streams.contact("N2", "P1")
    streams.do(unlink, streams["P1"], streams.link("N1", "P1"))

    assert kinds(streams.contact("N2", "P1")) == [CustomersLinked]
    assert streams.links[streams["P1"].id].blocked == frozenset()


def test_a_phone_of_three_people_is_shared_and_links_nobody() -> None:
    streams = Streams("C1", "C2", "C3", "P1", "E1")
    streams.contact("E1", "P1")
    streams.contact("C1", "P1")
    streams.contact("C2", "P1")
    *unlinked, shared = [one for one in streams.contact("C3", "P1") if not isinstance(one, LinksChanged)]

    assert kinds(unlinked) == [CustomersUnlinked, CustomersUnlinked]
    assert isinstance(shared, IdentifierShared)
    assert (shared.how, shared.brought_with) == ("detected", (streams["C1"], streams["C2"], streams["C3"]))
    assert all(streams.whole(name) == {name} for name in ("C1", "C2", "C3", "P1", "E1"))
    assert streams.contact("C1", "P1") == []
    assert not streams.links[streams["C1"].id].apart, "that the phone is shared says nothing of its owners"


def test_one_customer_with_many_numbers_has_a_phone_of_their_own() -> None:
    streams = Streams("N1", "C1", "C2", "C3", "P1")
    for name in ("C1", "C2", "C3"):
        streams.contact("N1", name)
        streams.contact(name, "P1")
    assert streams.whole("P1") == {"N1", "C1", "C2", "C3", "P1"}


def test_a_national_id_is_never_shared() -> None:
    streams = Streams("N1", "N2", "N3", "N4", "P1", "P2", "P3")
    for number, phone in (("N2", "P1"), ("N3", "P2"), ("N4", "P3")):
        streams.contact(number, phone)
        assert kinds(streams.contact("N1", phone)) == [LinkBlocked]
    assert not streams.links[streams["N1"].id].shared


def test_no_rule_lets_a_customer_grow_without_end() -> None:
    streams = Streams(*(f"E{number}" for number in range(LARGEST + 1)))
    for number in range(1, LARGEST):
        assert CustomersLinked in kinds(streams.contact("E0", f"E{number}"))
    [blocked] = streams.contact("E0", f"E{LARGEST}")
    assert isinstance(blocked, LinkBlocked)
    assert blocked.because == "too_many"


def test_an_unlinked_pair_is_linked_by_no_rule_again_until_a_person_lifts_it() -> None:
    streams = Streams("N1", "P1")
    streams.contact("N1", "P1")
    link = streams.link("N1", "P1")
    [unlinked] = streams.do(unlink, streams["P1"], link)

    assert isinstance(unlinked, CustomersUnlinked)
    assert streams.contact("N1", "P1") == []
    assert streams.do(link_declared, streams["N1"], streams["P1"]) == []
    assert streams.do(unlink, streams["P1"], link) == [], "a repeat has nothing to do"
    with pytest.raises(RefusedError, match="lift that first"):
        streams.do(link_by_hand, streams["N1"], streams["P1"])
    assert kinds(streams.do(lift_cannot_link, streams["P1"], streams["N1"])) == [CannotLinkLifted]
    assert kinds(streams.contact("N1", "P1")) == [CustomersLinked]
    assert streams.link("N1", "P1") != link


def test_who_is_kept_apart_is_not_joined_by_way_of_others() -> None:
    streams = Streams("P1", "E1", "E2")
    streams.do(state_cannot_link, streams["P1"], streams["E1"])
    streams.contact("P1", "E2")
    [blocked] = streams.contact("E2", "E1")

    assert isinstance(blocked, LinkBlocked)
    assert (blocked.because, blocked.between) == ("kept_apart", (streams["E1"], streams["P1"]))
    with pytest.raises(RefusedError, match="customer-E1 and customer-P1"):
        streams.do(link_by_hand, streams["E2"], streams["E1"])


def test_a_person_says_that_two_are_not_one() -> None:
    streams = Streams("P1", "E1")
    assert kinds(streams.do(state_cannot_link, streams["P1"], streams["E1"])) == [CannotLinkStated]
    assert streams.do(state_cannot_link, streams["E1"], streams["P1"]) == []
    assert streams.contact("P1", "E1") == []
    assert streams.do(lift_cannot_link, streams["P1"], streams["E1"])
    assert streams.do(lift_cannot_link, streams["P1"], streams["E1"]) == []
    streams.contact("P1", "E1")
    with pytest.raises(RefusedError, match="take the link away"):
        streams.do(state_cannot_link, streams["E1"], streams["P1"])


def test_a_person_links_whom_no_rule_may() -> None:
    streams = Streams("C1", "C2", "K1")
    assert kinds(streams.do(link_by_hand, streams["K1"], streams["C1"])) == [CustomersLinked]
    assert streams.do(link_by_hand, streams["C1"], streams["K1"]) == []
    with pytest.raises(RefusedError, match="customer_number customer-C1, customer_number customer-C2"):
        streams.do(link_by_hand, streams["K1"], streams["C2"])
    streams.do(link_by_hand, streams["K1"], streams["C2"], despite_conflict=True)
    assert streams.whole("C2") == {"C1", "C2", "K1"}
    with pytest.raises(InvalidError, match="with itself"):
        streams.do(link_by_hand, streams["K1"], streams["K1"])


def test_an_agent_links_and_takes_away_what_no_proof_stands_against() -> None:
    streams = Streams("C1", "P1", "K1")
    [linked] = streams.do(link_by_agent, streams["K1"], streams["C1"])
    assert isinstance(linked, CustomersLinked)
    assert linked.rule == "by_agent"
    assert streams.do(link_by_agent, streams["C1"], streams["K1"]) == []
    assert kinds(streams.do(unlink_by_agent, streams["K1"], streams.link("C1", "K1"))) == [CustomersUnlinked]
    with pytest.raises(RefusedError, match="said not to be the same"):
        streams.do(link_by_agent, streams["C1"], streams["K1"])


def test_an_agent_links_no_two_people_of_verified_identifiers() -> None:
    streams = Streams("N1", "N2", "K1")
    streams.do(link_by_agent, streams["K1"], streams["N1"])
    with pytest.raises(RefusedError, match=r"speaks of two \(national_id\)"):
        streams.do(link_by_agent, streams["K1"], streams["N2"])
    assert streams.whole("N2") == {"N2"}
    streams.do(link_by_hand, streams["K1"], streams["N2"], despite_conflict=True)
    assert CustomersLinked in kinds(streams.do(link_by_agent, streams["N1"], streams["N2"])), "a supervisor said so"


def test_an_agent_takes_no_link_away_that_was_proven_or_that_a_steward_or_a_system_made() -> None:
    streams = Streams("N1", "C1", "K1", "K2", "P1", "E1")
    streams.contact("N1", "C1")
    streams.do(link_by_hand, streams["C1"], streams["K1"])
    streams.do(link_declared, streams["C1"], streams["K2"])
    for one, other, why in (("N1", "C1", "national_id"), ("C1", "K1", "a supervisor"), ("C1", "K2", "trusted system")):
        with pytest.raises(RefusedError, match=why):
            streams.do(unlink_by_agent, streams["N1"], streams.link(one, other))
    streams.contact("P1", "E1")
    assert kinds(streams.do(unlink_by_agent, streams["E1"], streams.link("P1", "E1"))) == [CustomersUnlinked]


def test_a_trusted_system_overrules_no_conflict() -> None:
    streams = Streams("N1", "N2", "K1")
    [linked] = streams.do(link_declared, streams["K1"], streams["N1"])
    assert isinstance(linked, CustomersLinked)
    assert linked.rule == "declared"
    assert kinds(streams.do(link_declared, streams["K1"], streams["N2"])) == [LinkBlocked]


def test_a_shared_identifier_is_marked_and_unmarked_by_hand() -> None:
    streams = Streams("C1", "P1")
    streams.contact("C1", "P1")
    assert kinds(streams.do(mark_shared, streams["P1"])) == [CustomersUnlinked, IdentifierShared]
    assert streams.do(mark_shared, streams["P1"]) == []
    with pytest.raises(RefusedError, match="is shared by many"):
        streams.do(link_by_hand, streams["C1"], streams["P1"])
    assert kinds(streams.do(unmark_shared, streams["P1"])) == [IdentifierUnshared]
    assert streams.do(unmark_shared, streams["P1"]) == []
    assert kinds(streams.contact("C1", "P1")) == [CustomersLinked]


def test_a_link_that_is_not_there_is_not_taken_away() -> None:
    streams = Streams("C1", "P1", "E1")
    streams.contact("C1", "P1")
    with pytest.raises(NotFoundError, match="has no link"):
        streams.do(unlink, streams["E1"], streams.link("C1", "P1"))


def test_the_oldest_stream_stands_for_the_customer_and_of_equals_the_lowest() -> None:
    streams = Streams(sides=[side("P2", 1), side("P1", 1), side("E1", 0), side("C1", 5)])
    streams.contact("C1", "P2")
    assert streams.canonical("C1") == "P2"
    streams.contact("C1", "P1")
    assert streams.canonical("C1") == "P1"
    streams.contact("P1", "E1")
    assert {streams.canonical(name) for name in ("C1", "P1", "P2", "E1")} == {"E1"}


def test_each_change_of_a_customer_stands_in_the_canonical_stream_too() -> None:
    streams = Streams(sides=[side("E1", 0), side("P1", 1), side("P2", 2), side("C1", 3), side("C2", 4)])
    streams.contact("E1", "P1")
    streams.contact("P1", "P2")
    assert kinds(streams.events[streams["E1"].id]) == [CustomersLinked, LinksChanged]
    streams.contact("P2", "C1")
    streams.do(unlink, streams["C1"], streams.link("P2", "C1"))
    assert kinds(streams.events[streams["E1"].id]) == [CustomersLinked, LinksChanged, LinksChanged, LinksChanged]
    streams.do(state_cannot_link, streams["P2"], streams["C2"])
    assert kinds(streams.events[streams["E1"].id])[4:] == [LinksChanged]


def test_what_has_to_be_read_before_deciding_is_told_step_by_step() -> None:
    streams = Streams("C1", "P1", "E1")
    streams.contact("C1", "P1")
    streams.contact("P1", "E1")
    start = [streams["C1"].id]
    known = {}
    steps = []
    while missing := unknown(known, start):
        steps.append(missing)
        known |= {stream: streams.links[stream] for stream in missing}
    assert steps == [{streams[name].id} for name in ("C1", "P1", "E1")]
    assert streams["C1"].since == NOON


def _id(one: Side) -> str:
    return one.id
