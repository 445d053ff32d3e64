"""Terms are fixed for one holder until they expire: whoever asks, on whichever path, hears the same."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.customer.events import CustomerForgotten
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.grant.decide import Granting, amend, answer, expire, grant, present, reconcile
from hub.domain.grant.events import (
    GrantAmended,
    GrantExpired,
    GrantResumed,
    GrantSuspended,
    PropositionAnswered,
    PropositionGranted,
    PropositionPresented,
    Response,
)
from hub.domain.grant.holding import held
from hub.domain.grant.state import NO_GRANTS, Grant, evolve, grant_id, stream_of_grant
from hub.domain.grant.terms import Better, TermRule, checked, rank, terms_hash, worsened
from tests.domain.grants import DAY, FIBRE, NOON, PHONE, WEB, Store, granting

HOUR = timedelta(hours=1)


@pytest.fixture
def store() -> Store:
    return Store()


def give(store: Store, at: Any = NOON, what: Granting = FIBRE, stream: str = "customer-a", **more: Any) -> Grant:
    given_ = grant(store.whole(), stream, what, **more, **store.meta(at))
    store.add(given_.told)
    return given_.grant


def show(store: Store, one: Grant, at: Any = NOON, name: str = "p-1", **more: Any) -> None:
    how = PHONE | more
    store.add(present(store.whole(), one.grant_id, one.terms_hash, presentation_id=name, **how, **store.meta(at)))


class TestTerms:
    def test_the_hash_is_that_of_the_canonical_json(self) -> None:
        text = '{"months":12,"price":900,"router":"امانی"}'
        expected = hashlib.sha256(text.encode()).hexdigest()[:32]
        assert terms_hash({"price": 900, "router": "امانی", "months": 12}) == expected

    @given(st.dictionaries(st.text("abc_", min_size=1), st.integers(-(2**53), 2**53) | st.text(max_size=5)))
    @settings(deadline=None)
    def test_the_order_of_terms_is_nothing_and_their_values_are_all(self, terms: dict[str, int | str]) -> None:
        assert terms_hash(dict(reversed(terms.items()))) == terms_hash(terms)
        for name in terms:
            assert terms_hash({**terms, name: "another value"}) != terms_hash(terms)

    def test_a_number_is_not_the_text_of_it(self) -> None:
        assert terms_hash({"a": 1}) != terms_hash({"a": "1"})

    @pytest.mark.parametrize(
        ("old", "new", "worse"),
        [
            ({"price": 5, "gift": 1}, {"price": 4, "gift": 1}, ()),
            ({"price": 5, "gift": 1}, {"price": 6, "gift": 2}, ("price",)),
            ({"price": 5, "gift": 1}, {"price": 5, "gift": 0}, ("gift",)),
            ({"router": "lent"}, {"router": "given"}, ("router",)),
            ({"slot": 5}, {"slot": 6}, ("slot",)),
            ({"price": 5}, {}, ("price",)),
            ({}, {"price": 5}, ("price",)),
            ({"other": 5}, {"other": 4}, ("other",)),
        ],
    )
    def test_what_nobody_can_call_better_counts_as_worse(self, old: Any, new: Any, worse: tuple[str, ...]) -> None:
        better = {"price": Better.LOWER, "gift": Better.HIGHER, "slot": Better.NEITHER, "router": Better.NEITHER}
        assert worsened(old, new, better) == worse

    def test_numbers_are_those_that_every_reader_of_json_takes(self) -> None:
        free = {"points": TermRule(0)}
        for largest in (2**53 - 1, 1 - 2**53):
            assert checked(free, {"points": largest}) == {"points": largest}
        for beyond in (2**53, -(2**53)):
            with pytest.raises(InvalidError, match="no whole number up to 9007199254740991"):
                checked(free, {"points": beyond})

    def test_a_term_that_is_not_there_is_worse_than_any(self) -> None:
        better = {"price": Better.LOWER, "slot": Better.NEITHER, "gift": Better.HIGHER}
        in_order = [{}, {"gift": -7}, {"gift": 3}, {"price": 5, "slot": 1}, {"price": -5, "gift": 1, "slot": 0}]
        ranks = [rank(terms, better) for terms in in_order]
        assert ranks == sorted(ranks)
        assert len(set(ranks)) == 5


class TestGranting:
    def test_terms_are_those_of_the_proposition_until_its_days_are_over(self, store: Store) -> None:
        one = give(store, decision_id="decision-1")
        [event] = store.events()
        assert isinstance(event, PropositionGranted)
        assert (event.grant_id, event.holder, event.policy) == ("grant-customer-a-1", "customer-a", "p1")
        assert event.terms == {"price": 100, "months": 12, "router": "lent"}
        assert list(event.better) == ["price", "months", "router"]
        assert event.terms_hash == terms_hash(event.terms) == one.terms_hash
        assert event.expires_at == NOON + 14 * DAY
        assert event.decision_id == "decision-1"
        assert store.grants["customer-a"].given[one.grant_id] == one

    def test_asking_again_gives_the_same_grant_and_makes_nothing_happen(self, store: Store) -> None:
        one = give(store, terms={"price": 80})
        again = grant(store.whole(), "customer-a", FIBRE, terms={"price": 70}, **store.meta(NOON + DAY))
        assert again == (one, [])
        assert one.terms["price"] == 80

    def test_it_is_the_same_whatever_was_answered_while_it_lives(self, store: Store) -> None:
        one = give(store)
        show(store, one)
        store.add(answer(store.whole(), one.grant_id, "p-1", Response.DECLINED, **store.meta(NOON)))
        assert grant(store.whole(), "customer-a", FIBRE, **store.meta(NOON + DAY)).grant.grant_id == one.grant_id

    def test_expiry_is_half_open_and_known_without_an_event(self, store: Store) -> None:
        one = give(store)
        last = one.expires_at - timedelta(microseconds=1)
        assert store.held(last).stands["fibre"] == one
        assert store.held(one.expires_at).stands == {}
        assert give(store, last) == one
        assert give(store, one.expires_at).grant_id == grant_id("customer-a", 2)

    def test_a_clock_that_is_behind_brings_no_old_grant_back(self, store: Store) -> None:
        one = give(store)
        new = give(store, one.expires_at)
        assert store.held(one.expires_at - HOUR).stands["fibre"] == new
        with pytest.raises(RefusedError, match="stands grant-customer-a-2"):
            show(store, one, one.expires_at - HOUR)

    @pytest.mark.parametrize(
        ("terms", "field", "message"),
        [
            ({"price": 69}, "terms.price", "69 is below the floor 70"),
            ({"price": 101}, "terms.price", "101 is above the ceiling 100"),
            ({"price": "free"}, "terms.price", "is no whole number"),
            ({"price": True}, "terms.price", "is no whole number"),
            ({"prize": 1}, "terms.prize", "no term 'prize' of this proposition: price, months, router"),
            ({"router": "sold"}, "terms.router", "'sold' is not one of lent, given"),
            ({"router": 7}, "terms.router", "7 is not one of lent, given"),
        ],
    )
    def test_other_terms_than_the_rules_allow_are_refused(
        self, store: Store, terms: Any, field: str, message: str
    ) -> None:
        with pytest.raises(InvalidError, match=message) as refused:
            give(store, terms=terms)
        assert refused.value.field == field
        one = give(store)
        with pytest.raises(InvalidError, match=message):
            amend(store.whole(), one.grant_id, FIBRE, terms=terms, reason="r", **store.meta(NOON))

    def test_nothing_is_granted_to_somebody_who_was_forgotten(self, store: Store) -> None:
        one = give(store)
        store.add([("customer-a", CustomerForgotten(**store.meta(NOON), reason="asked"))])
        with pytest.raises(RefusedError, match="customer-a was forgotten"):
            give(store)
        with pytest.raises(NotFoundError):
            show(store, one)

    def test_facts_of_what_is_no_longer_known_change_nothing(self, store: Store) -> None:
        show(store, give(store))
        for event in list(store.events())[1:]:
            assert evolve(NO_GRANTS, event) == NO_GRANTS

    def test_a_grant_says_in_which_stream_it_lives(self) -> None:
        for stream in ("customer-0af", "account-0af"):
            assert stream_of_grant(grant_id(stream, 12)) == stream
        for text in ("", "grant-", "grant-x", "customer-1", "grant-customer-a-x"):
            assert stream_of_grant(text) == ""


class TestPresenting:
    def test_it_carries_grant_terms_path_and_where_they_stood(self, store: Store) -> None:
        one = give(store)
        show(store, one, decision_id="decision-9")
        event = list(store.events())[-1]
        assert isinstance(event, PropositionPresented)
        assert (event.grant_id, event.terms_hash, event.presentation_id) == (one.grant_id, one.terms_hash, "p-1")
        assert (event.channel, event.sender, event.decision_id) == ("phone", "agent", "decision-9")
        assert event.standing.value_tier == "high"

    def test_other_terms_are_refused(self, store: Store) -> None:
        one = give(store)
        with pytest.raises(RefusedError, match=f"has other terms than {'0' * 32}: present those of {one.terms_hash}"):
            present(store.whole(), one.grant_id, "0" * 32, presentation_id="p", **PHONE, **store.meta(NOON))

    def test_an_amendment_supersedes_on_every_path_at_once(self, store: Store) -> None:
        one = give(store)
        show(store, one, name="p-1")
        store.add(amend(store.whole(), one.grant_id, FIBRE, terms={"price": 90}, **store.meta(NOON)))
        new = store.held(NOON).stands["fibre"]
        for how in (PHONE, WEB):
            with pytest.raises(RefusedError, match="present those of"):
                show(store, one, name="p-2", **how)
            show(store, new, name=f"p-{how['sender']}", **how)
        with pytest.raises(RefusedError, match="were amended since"):
            answer(store.whole(), one.grant_id, "p-1", Response.ACCEPTED, **store.meta(NOON))

    def test_what_expired_is_not_presented(self, store: Store) -> None:
        one = give(store)
        show(store, one, one.expires_at - timedelta(microseconds=1))
        with pytest.raises(RefusedError, match="expired at 2026-03-15 12:00 UTC"):
            show(store, one, one.expires_at, "p-2")

    def test_once_is_once(self, store: Store) -> None:
        one = give(store)
        show(store, one)
        show(store, one)
        assert len(store.told) == 2
        with pytest.raises(RefusedError, match="'p-1' is recorded already on phone"):
            show(store, one, **WEB)

    def test_a_grant_that_is_not_theirs_is_not_found(self, store: Store) -> None:
        with pytest.raises(NotFoundError, match="no grant grant-customer-b-1 of this customer"):
            present(store.whole(), "grant-customer-b-1", "x", presentation_id="p", **PHONE, **store.meta(NOON))

    @pytest.mark.parametrize("name", ["", "x" * 201])
    def test_a_presentation_has_a_name(self, store: Store, name: str) -> None:
        with pytest.raises(InvalidError) as refused:
            show(store, give(store), name=name)
        assert refused.value.field == "presentation_id"
        show(store, give(store), name="x" * 200)


class TestAmending:
    def test_better_terms_need_no_reason(self, store: Store) -> None:
        one = give(store)
        [event] = store.add(amend(store.whole(), one.grant_id, FIBRE, terms={"price": 90}, **store.meta(NOON + DAY)))
        assert isinstance(event, GrantAmended)
        assert (event.terms["price"], event.terms["months"], event.worse, event.reason) == (90, 12, (), "")
        new = store.held(NOON + DAY).stands["fibre"]
        assert (new.grant_id, new.terms_hash) == (one.grant_id, terms_hash(event.terms))
        assert (new.granted_at, new.terms_since) == (NOON, NOON + DAY)
        assert new.expires_at == one.expires_at

    @pytest.mark.parametrize(
        ("change", "worse"),
        [
            ({"terms": {"months": 13}}, ("months",)),
            ({"terms": {"price": 90, "months": 13}}, ("months",)),
            ({"terms": {"router": "given"}}, ("router",)),
            ({"expires_at": NOON + 13 * DAY}, ("expires_at",)),
        ],
    )
    def test_anything_worse_needs_a_reason(self, store: Store, change: Any, worse: tuple[str, ...]) -> None:
        one = give(store)
        for reason in ("", "  "):
            with pytest.raises(InvalidError, match=f"{worse[0]}: not better") as refused:
                amend(store.whole(), one.grant_id, FIBRE, reason=reason, **change, **store.meta(NOON))
            assert refused.value.field == "reason"
        [event] = store.add(amend(store.whole(), one.grant_id, FIBRE, reason="law", **change, **store.meta(NOON)))
        assert isinstance(event, GrantAmended)
        assert (event.worse, event.reason) == (worse, "law")

    def test_a_longer_time_is_better_and_changes_no_terms(self, store: Store) -> None:
        one = give(store)
        store.add(amend(store.whole(), one.grant_id, FIBRE, expires_at=NOON + 20 * DAY, **store.meta(NOON + DAY)))
        new = store.held(NOON + 19 * DAY).stands["fibre"]
        assert (new.expires_at, new.terms_hash, new.terms_since) == (NOON + 20 * DAY, one.terms_hash, NOON)

    def test_nothing_changes_nothing(self, store: Store) -> None:
        one = give(store)
        for change in ({}, {"terms": {"price": 100}}, {"expires_at": one.expires_at}):
            assert amend(store.whole(), one.grant_id, FIBRE, **change, **store.meta(NOON)) == []  # type: ignore[arg-type]

    def test_what_is_over_is_not_amended(self, store: Store) -> None:
        one = give(store)
        with pytest.raises(RefusedError, match="expired"):
            amend(store.whole(), one.grant_id, FIBRE, terms={"price": 90}, **store.meta(one.expires_at))
        with pytest.raises(InvalidError, match="this time is over"):
            amend(store.whole(), one.grant_id, FIBRE, expires_at=NOON, reason="r", **store.meta(NOON))

    def test_a_reason_is_short(self, store: Store) -> None:
        one = give(store)
        longer = {"terms": {"months": 13}, **store.meta(NOON)}
        assert amend(store.whole(), one.grant_id, FIBRE, reason="x" * 200, **longer)
        with pytest.raises(InvalidError, match="at most 200 characters") as refused:
            amend(store.whole(), one.grant_id, FIBRE, reason="x" * 201, **longer)
        assert refused.value.field == "reason"

    def test_only_by_the_rules_of_its_own_proposition(self, store: Store) -> None:
        one = give(store)
        with pytest.raises(InvalidError, match="is of fibre, not vdsl") as refused:
            amend(store.whole(), one.grant_id, granting("vdsl"), **store.meta(NOON))
        assert refused.value.field == "proposition"

    def test_terms_from_before_a_new_floor_stand_as_long_as_nobody_changes_them(self, store: Store) -> None:
        one = give(store, terms={"price": 75})
        dearer = granting(price=TermRule(100, Better.LOWER, 90, 120), months=TermRule(12, Better.LOWER))
        store.add(amend(store.whole(), one.grant_id, dearer, terms={"months": 10}, **store.meta(NOON)))
        assert store.held(NOON).stands["fibre"].terms == {"price": 75, "months": 10, "router": "lent"}


class TestAnswering:
    @pytest.mark.parametrize(
        ("response", "until"),
        [(Response.ACCEPTED, None), (Response.DECLINED, None), (Response.DEFERRED, NOON + DAY)],
    )
    def test_it_is_kept_once_with_where_it_was_presented(self, store: Store, response: Any, until: Any) -> None:
        one = give(store)
        show(store, one)
        told = {"deferred_until": until}
        [event] = store.add(answer(store.whole(), one.grant_id, "p-1", response, **told, **store.meta(NOON + HOUR)))
        assert isinstance(event, PropositionAnswered)
        assert (event.response, event.deferred_until, event.channel, event.terms_hash) == (
            *(response, until),
            *("phone", one.terms_hash),
        )
        assert store.held(NOON).answers["fibre"] == (NOON + HOUR, response, until)
        assert answer(store.whole(), one.grant_id, "p-1", response, **told, **store.meta(NOON + DAY / 2)) == []
        other = Response.NOT_PRESENTED
        with pytest.raises(RefusedError, match=f"answered already: {response}"):
            answer(store.whole(), one.grant_id, "p-1", other, **store.meta(NOON + HOUR))

    def test_what_was_never_presented_has_no_answer(self, store: Store) -> None:
        one = give(store)
        with pytest.raises(InvalidError, match="'p-1' of grant grant-customer-a-1 was never presented") as refused:
            answer(store.whole(), one.grant_id, "p-1", Response.ACCEPTED, **store.meta(NOON))
        assert refused.value.field == "presentation_id"

    def test_not_presented_says_nothing_of_what_they_want(self, store: Store) -> None:
        one = give(store)
        show(store, one)
        store.add(answer(store.whole(), one.grant_id, "p-1", Response.NOT_PRESENTED, **store.meta(NOON)))
        assert store.held(NOON).answers == {}

    @pytest.mark.parametrize(
        ("response", "until"),
        [(Response.DEFERRED, None), (Response.ACCEPTED, NOON + DAY), (Response.DEFERRED, NOON)],
    )
    def test_a_deferred_answer_and_no_other_says_until_when(self, store: Store, response: Any, until: Any) -> None:
        one = give(store)
        show(store, one)
        with pytest.raises(InvalidError) as refused:
            answer(store.whole(), one.grant_id, "p-1", response, deferred_until=until, **store.meta(NOON))
        assert refused.value.field == "deferred_until"

    def test_nobody_accepts_what_expired_but_may_say_no_to_it(self, store: Store) -> None:
        one = give(store)
        show(store, one)
        with pytest.raises(RefusedError, match="expired"):
            answer(store.whole(), one.grant_id, "p-1", Response.ACCEPTED, **store.meta(one.expires_at))
        assert answer(store.whole(), one.grant_id, "p-1", Response.DECLINED, **store.meta(one.expires_at))

    def test_the_answer_that_was_given_last_counts_whatever_came_first(self, store: Store) -> None:
        one = give(store)
        for name, response, at in (("p-1", Response.DECLINED, NOON + DAY), ("p-2", Response.ACCEPTED, NOON + HOUR)):
            show(store, one, name=name)
            store.add(answer(store.whole(), one.grant_id, name, response, **store.meta(at)))
        assert store.held(NOON).answers["fibre"].response is Response.DECLINED

    def test_of_two_given_at_once_the_one_told_later_counts(self, store: Store) -> None:
        one = give(store)
        for name, response in (("p-1", Response.DECLINED), ("p-2", Response.ACCEPTED)):
            show(store, one, name=name)
            store.add(answer(store.whole(), one.grant_id, name, response, **store.meta(NOON)))
        assert store.held(NOON).answers["fibre"].response is Response.ACCEPTED


class TestWholeCustomers:
    @pytest.fixture
    def linked(self) -> Store:
        """Two streams with a grant of the same proposition each, the second one's the better."""
        store = Store("customer-a", "customer-b")
        for stream, price in (("customer-a", 100), ("customer-b", 90)):
            store.add(
                grant(store.whole(stream), stream, FIBRE, terms={"price": price}, **store.meta(NOON)).told
            )  # fmt: skip
        return store

    def test_the_better_one_stands_and_the_other_is_suspended(self, linked: Store) -> None:
        has = linked.held(NOON)
        assert has.stands["fibre"].grant_id == "grant-customer-b-1"
        assert has.suspended == {"grant-customer-a-1": "grant-customer-b-1"}
        worse = linked.grants["customer-a"].given["grant-customer-a-1"]
        for refused in (
            lambda: show(linked, worse),
            lambda: amend(linked.whole(), worse.grant_id, FIBRE, terms={"price": 80}, **linked.meta(NOON)),
        ):
            with pytest.raises(RefusedError, match="in the place of grant grant-customer-a-1 stands grant-customer-b"):
                refused()
        assert give(linked).grant_id == "grant-customer-b-1"

    def test_after_unlink_each_part_has_its_own_again(self, linked: Store) -> None:
        for stream in ("customer-a", "customer-b"):
            assert linked.held(NOON, stream).stands["fibre"].grant_id == f"grant-{stream}-1"
            assert linked.held(NOON, stream).suspended == {}

    def test_it_is_written_down_once_and_taken_back(self, linked: Store) -> None:
        [suspended] = linked.add(reconcile(linked.whole(), **linked.meta(NOON)))
        assert isinstance(suspended, GrantSuspended)
        assert (suspended.grant_id, suspended.by) == ("grant-customer-a-1", "grant-customer-b-1")
        assert reconcile(linked.whole(), **linked.meta(NOON)) == []
        assert reconcile(linked.whole("customer-b"), **linked.meta(NOON)) == []
        [resumed] = linked.add(reconcile(linked.whole("customer-a"), **linked.meta(NOON)))
        assert isinstance(resumed, GrantResumed)
        assert reconcile(linked.whole("customer-a"), **linked.meta(NOON)) == []

    def test_what_expired_meanwhile_does_not_stand_again(self, linked: Store) -> None:
        linked.add(reconcile(linked.whole(), **linked.meta(NOON)))
        over = NOON + 14 * DAY
        assert len(reconcile(linked.whole("customer-a"), **linked.meta(over - timedelta(microseconds=1)))) == 1
        assert reconcile(linked.whole("customer-a"), **linked.meta(over)) == []

    def test_when_the_better_one_expires_the_other_stands_again(self, linked: Store) -> None:
        worse = linked.grants["customer-a"].given["grant-customer-a-1"]
        linked.add(amend(linked.whole("customer-a"), worse.grant_id, FIBRE, expires_at=NOON + 30 * DAY,
                         **linked.meta(NOON)))  # fmt: skip
        linked.add(reconcile(linked.whole(), **linked.meta(NOON)))
        later = NOON + 14 * DAY
        assert linked.held(later).stands["fibre"].grant_id == worse.grant_id
        assert [type(one) for one in linked.add(reconcile(linked.whole(), **linked.meta(later)))] == [GrantResumed]
        over = NOON + 30 * DAY
        expired = linked.add(expire(linked.whole(), **linked.meta(over)))
        assert {(type(one), one.at) for one in expired} == {(GrantExpired, later), (GrantExpired, over)}
        assert expire(linked.whole(), **linked.meta(over)) == []

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"price": 90, "months": 24}, {"price": 91, "months": 6}),
            ({"price": 90, "months": 11}, {"price": 90, "months": 12}),
        ],
    )
    def test_the_first_term_matters_most(self, one: Any, other: Any) -> None:
        store = Store("customer-a", "customer-b")
        for stream, terms in (("customer-a", other), ("customer-b", one)):
            store.add(grant(store.whole(stream), stream, FIBRE, terms=terms, **store.meta(NOON)).told)
        assert store.held(NOON).stands["fibre"].holder == "customer-b"

    def test_of_equal_terms_the_one_that_lives_longest_stands_then_the_oldest(self) -> None:
        store = Store("customer-a", "customer-b", "customer-c")
        for stream, minutes, days in (("customer-a", 2, 14), ("customer-b", 1, 14), ("customer-c", 0, 13)):
            at = NOON + timedelta(minutes=minutes)
            what = granting(days=days)
            store.add(grant(store.whole(stream), stream, what, **store.meta(at)).told)
        assert store.held(NOON + HOUR).stands["fibre"].holder == "customer-a"
        store.add(amend(store.whole("customer-b"), "grant-customer-b-1", FIBRE,
                        expires_at=NOON + 14 * DAY + timedelta(minutes=2), **store.meta(NOON + HOUR)))  # fmt: skip
        assert store.held(NOON + HOUR).stands["fibre"].holder == "customer-b"

    def test_answers_of_all_streams_count(self, linked: Store) -> None:
        better = linked.held(NOON).stands["fibre"]
        show(linked, better)
        linked.add(answer(linked.whole(), better.grant_id, "p-1", Response.DECLINED, **linked.meta(NOON)))
        assert held(linked.whole(), NOON).answers["fibre"].response is Response.DECLINED
        assert held(linked.whole("customer-a"), NOON).answers == {}
