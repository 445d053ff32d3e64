"""What always holds of grants, in any order of links, unlinks, grants, amendments, presentations, answers and time."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.grant.decide import Granting, amend, answer, expire, grant, present, reconcile
from hub.domain.grant.events import GrantAmended, PropositionGranted, PropositionPresented, Response
from hub.domain.grant.state import Grant, fold
from hub.domain.grant.terms import Better, TermRule
from tests.domain.grants import NOON, PHONE, Store, granting

STREAMS = ("customer-a", "customer-b", "customer-c")
SEVERAL = {
    name: granting(
        name, 3, price=TermRule(3, Better.LOWER, 0, 5), gift=TermRule(1, Better.HIGHER, 0, 5), slot=TermRule(1)
    )
    for name in ("fibre", "vdsl")
}
streams = st.sampled_from(STREAMS)
propositions = st.sampled_from(sorted(SEVERAL))
terms = st.fixed_dictionaries({}, optional={name: st.integers(0, 5) for name in ("price", "gift", "slot")})
responses = st.sampled_from(Response)
Naive = tuple[datetime, int, dict[str, Any]]


def naive_best(events: list[Event], at: datetime) -> dict[str, str]:
    """By proposition the grant that stands, worked out from the facts alone, pair by pair."""
    grants: dict[str, dict[str, Any]] = {}
    for event in events:
        if isinstance(event, PropositionGranted):
            for other in grants.values():
                if (other["holder"], other["proposition"]) == (event.holder, event.proposition):
                    other["over"] = True
            grants[event.grant_id] = {**event.model_dump(), "granted": event.at, "over": False}
        elif isinstance(event, GrantAmended):
            grants[event.grant_id] |= event.model_dump()
    best: dict[str, dict[str, Any]] = {}
    for one in grants.values():
        if one["over"] or at >= one["expires_at"]:
            continue
        other = best.get(one["proposition"])
        if other is None or beats(one, other):
            best[one["proposition"]] = one
    return {proposition: one["grant_id"] for proposition, one in best.items()}


def beats(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one["terms"]["price"] != other["terms"]["price"]:
        return bool(one["terms"]["price"] < other["terms"]["price"])
    if one["terms"]["gift"] != other["terms"]["gift"]:
        return bool(one["terms"]["gift"] > other["terms"]["gift"])
    if one["expires_at"] != other["expires_at"]:
        return bool(one["expires_at"] > other["expires_at"])
    return bool((one["granted"], one["grant_id"]) < (other["granted"], other["grant_id"]))


class Customers(RuleBasedStateMachine):
    """Three streams that are linked and unlinked, whose grants anybody may ask for at any time."""

    @initialize()
    def begin(self) -> None:
        self.store = Store(*STREAMS)
        self.at = NOON
        self.links: set[frozenset[str]] = set()
        self.before_link: dict[str, tuple[int, dict[str, Grant]]] = {}
        self.shown: list[tuple[str, str]] = []

    def parts(self) -> list[tuple[str, ...]]:
        """The whole customers there are."""
        parts = [{one} for one in STREAMS]
        for link in self.links:
            joined = [part for part in parts if part & link]
            parts = [part for part in parts if not part & link] + [set().union(*joined)]
        return [tuple(sorted(part)) for part in parts]

    def part(self, stream: str) -> tuple[str, ...]:
        return next(part for part in self.parts() if stream in part)

    def whole(self, stream: str) -> Any:
        return self.store.whole(*self.part(stream))

    def meta(self) -> dict[str, Any]:
        return self.store.meta(self.at)

    def events_of(self, *part: str) -> list[Event]:
        return [event for stream, event in self.store.told if stream in part]

    def known(self, stream: str) -> list[Grant]:
        return [one for grants in self.whole(stream).values() for one in grants.given.values()]

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule(one=streams, other=streams)
    def link(self, one: str, other: str) -> None:
        if one != other:
            for stream in {*self.part(one), *self.part(other)} if self.part(one) != self.part(other) else ():
                if self.part(stream) == (stream,):
                    alone = self.store.held(self.at, stream).stands
                    self.before_link[stream] = (len(self.events_of(stream)), dict(alone))
            self.links.add(frozenset((one, other)))

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def unlink(self, data: st.DataObject) -> None:
        """As if never linked: who got nothing meanwhile has what they had, as far as it did not expire."""
        self.links.discard(data.draw(st.sampled_from(sorted(self.links, key=sorted))))
        for stream, (count, stood) in list(self.before_link.items()):
            if self.part(stream) == (stream,):
                del self.before_link[stream]
                if len(self.events_of(stream)) == count:
                    living = {name: one for name, one in stood.items() if self.at < one.expires_at}
                    assert self.store.held(self.at, stream).stands == living

    @rule(stream=streams, name=propositions, wanted=terms)
    def ask(self, stream: str, name: str, wanted: dict[str, int]) -> None:
        part = self.part(stream)
        stood = self.store.held(self.at, *part).stands.get(name)
        given = grant(self.whole(stream), part[0], SEVERAL[name], terms=wanted, **self.meta())
        self.store.add(given.told)
        assert (given.grant, given.told) == (stood, []) if stood is not None else len(given.told) == 1
        again = grant(self.whole(stream), part[-1], SEVERAL[name], **self.meta())
        assert again == (given.grant, [])

    @rule(
        stream=streams,
        data=st.data(),
        changed=terms,
        hours=st.none() | st.integers(1, 90),
        why=st.sampled_from(["", "law"]),
    )
    def change(self, stream: str, data: st.DataObject, changed: dict[str, int], hours: int | None, why: str) -> None:
        known = self.known(stream)
        if not known:
            return
        one = data.draw(st.sampled_from(known))
        ends = self.at + timedelta(hours=hours) if hours is not None else None
        try:
            told = amend(
                self.whole(stream), one.grant_id, SEVERAL[one.proposition], terms=changed, expires_at=ends, reason=why,
                **self.meta(),
            )  # fmt: skip
        except InvalidError:
            assert not why
        except RefusedError:
            assert self.stands(stream).get(one.proposition) != one.grant_id
        else:
            self.store.add(told)

    @rule(stream=streams, data=st.data(), old=st.booleans())
    def tell(self, stream: str, data: st.DataObject, old: bool) -> None:
        """Of any grant they know on any path, with its present terms or ones of before."""
        known = self.known(stream)
        if not known:
            return
        one = data.draw(st.sampled_from(known))
        hashes = [
            event.terms_hash
            for event in self.store.events()
            if isinstance(event, PropositionGranted | GrantAmended) and event.grant_id == one.grant_id
        ]
        told_hash = data.draw(st.sampled_from(hashes)) if old else one.terms_hash
        name = f"p-{len(self.shown)}"
        may = self.stands(stream).get(one.proposition) == one.grant_id and told_hash == one.terms_hash
        try:
            self.store.add(
                present(self.whole(stream), one.grant_id, told_hash, presentation_id=name, **PHONE, **self.meta())
            )
        except RefusedError:
            assert not may
        else:
            assert may
            self.shown.append((one.grant_id, name))

    @precondition(lambda self: self.shown)
    @rule(data=st.data(), said=responses)
    def respond(self, data: st.DataObject, said: Response) -> None:
        one, name = data.draw(st.sampled_from(self.shown))
        stream = next(stream for stream in STREAMS if one in self.store.grants[stream].given)
        until = self.at + timedelta(hours=5) if said is Response.DEFERRED else None
        grant_ = self.store.grants[stream].given[one]
        before = grant_.presentations[name]
        try:
            told = answer(self.whole(stream), one, name, said, deferred_until=until, **self.meta())
        except RefusedError:
            stands = self.stands(stream).get(grant_.proposition) == one
            assert (
                before.response is not None
                or not stands
                or before.terms_hash != grant_.terms_hash
                or Response.ACCEPTED in {said.response for said in grant_.presentations.values()}
            )
        else:
            self.store.add(told)

    @rule()
    def write_down(self) -> None:
        for part in self.parts():
            whole = self.store.whole(*part)
            self.store.add([*expire(whole, **self.meta()), *reconcile(whole, **self.meta())])
            whole = self.store.whole(*part)
            assert expire(whole, **self.meta()) == []
            assert reconcile(whole, **self.meta()) == []
            suspended = self.store.held(self.at, *part).suspended
            for stream in part:
                for one in self.store.grants[stream].given.values():
                    if self.at < one.expires_at:
                        assert one.suspended_by == suspended.get(one.grant_id, "")

    def stands(self, stream: str) -> dict[str, str]:
        return naive_best(self.events_of(*self.part(stream)), self.at)

    @invariant()
    def at_most_one_grant_stands_and_it_is_the_best(self) -> None:
        for part in self.parts():
            has = self.store.held(self.at, *part)
            assert {name: one.grant_id for name, one in has.stands.items()} == naive_best(
                self.events_of(*part), self.at
            )
            living = {one.grant_id for stream in part for one in self.store.grants[stream].given.values()}
            assert has.suspended.keys() <= living - {one.grant_id for one in has.stands.values()}

    @invariant()
    def nothing_got_worse_without_a_reason(self) -> None:
        at: dict[str, tuple[dict[str, Any], datetime]] = {}
        for event in self.store.events():
            if isinstance(event, GrantAmended) and not event.reason:
                before, ends = at[event.grant_id]
                assert event.terms["price"] <= before["price"]
                assert event.terms["gift"] >= before["gift"]
                assert event.terms["slot"] == before["slot"]
                assert event.expires_at >= ends
            if isinstance(event, PropositionGranted | GrantAmended):
                at[event.grant_id] = (event.terms, event.expires_at)

    @invariant()
    def every_presentation_carried_the_terms_of_that_moment(self) -> None:
        hashes: dict[str, str] = {}
        for event in self.store.events():
            if isinstance(event, PropositionGranted | GrantAmended):
                hashes[event.grant_id] = event.terms_hash
            elif isinstance(event, PropositionPresented):
                assert event.terms_hash == hashes[event.grant_id]

    @invariant()
    def the_state_is_what_the_facts_say(self) -> None:
        for stream in STREAMS:
            assert fold(self.events_of(stream)) == self.store.grants[stream]


TestCustomers = Customers.TestCase
TestCustomers.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_the_better_grant_is_the_same_whichever_comes_first() -> None:
    several: Granting = SEVERAL["fibre"]
    for order in (("customer-a", "customer-b"), ("customer-b", "customer-a")):
        store = Store(*order)
        for stream, price in (("customer-a", 2), ("customer-b", 3)):
            store.add(grant(store.whole(stream), stream, several, terms={"price": price}, **store.meta(NOON)).told)
        assert store.held(NOON, *order).stands["fibre"].holder == "customer-a"
