"""Desks of a branch, asked of the pool: the next visitor is called by hand, and what was done there is so."""

import pytest

from hub.domain.contact import Channel
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionPulledBack,
    OfferAccepted,
    OfferRescinded,
    WrapUpCompleted,
)
from hub.domain.interaction.state import Phase
from hub.router.policy.parsing import parse_policy
from hub.router.pool import commands as ask
from tests.router.pools import PoolInHand

POLICY = parse_policy("""
[channels.in_person]
asynchronous = true

[queues.centre]
serves = { skills = { accounts = 1 }, attributes = { branch = "centre" } }

[queues.loans]

[[rules]]
service = "centre-accounts"
queue = "centre"
skills = { accounts = 1 }
attributes = { branch = "centre" }

[[rules]]
queue = "loans"
""")


class Branch(PoolInHand):
    """Visits are known by their thread."""

    def __init__(self) -> None:
        super().__init__(POLICY)

    def visitor(self, name: str) -> list[Event]:
        return self.arrives(name, channel=Channel.IN_PERSON, service="centre-accounts")

    def sits_down(self, agent: str, desk: str = "1") -> list[Event]:
        given = {"name": agent, "branch": "centre", "desk": desk, "skills": {"accounts": 3}}
        return self.handle(ask.OpenDesk, agent_id=agent, **given)

    def wants(self, agent: str, *, wanted: bool = True) -> list[Event]:
        return self.handle(ask.WantNext, agent_id=agent, wanted=wanted)

    def visit(self, kind: type[ask.Command], thread: str, agent: str, **more: str) -> list[Event]:
        return self.handle(kind, channel=Channel.IN_PERSON, thread=thread, agent_id=agent, **more)

    def phase(self, name: str) -> tuple[Phase, str]:
        found = self.state.interactions[f"interaction-{name}"].state
        return found.phase, found.agent_id


def test_nobody_is_offered_a_visitor_before_they_call_one_and_then_by_the_pools_own_order() -> None:
    branch = Branch()
    branch.signs_on("elsewhere", accounts=5)
    branch.visitor("a")
    branch.visitor("b")
    branch.sits_down("ann")
    assert branch.phase("a") == (Phase.WAITING, "")
    [_, offered] = branch.wants("ann")
    assert isinstance(offered, InteractionOffered)
    assert (offered.agent_id, offered.correlation) == ("ann", "interaction-a")
    branch.accepts("ann", offered.offer_id)
    branch.wants("ann", wanted=False)
    assert branch.visit(ask.EndVisit, "a", "ann", code="served")[-1].code == "served"  # type: ignore[attr-defined]
    assert branch.phase("b") == (Phase.WAITING, ""), "she has not called the next one"


def test_who_wants_nobody_any_more_gives_the_offer_back() -> None:
    branch = Branch()
    branch.sits_down("ann")
    branch.wants("ann")
    branch.visitor("a")
    assert branch.phase("a")[0] is Phase.OFFERED
    assert any(isinstance(one, OfferRescinded) for one in branch.wants("ann", wanted=False))
    assert branch.phase("a")[0] is Phase.WAITING
    assert branch.wants("ann", wanted=False) == [], "a repeat"


@pytest.mark.parametrize("before", ["waiting", "offered to another", "with another", "parked", "another is offered"])
def test_what_a_desk_took_is_so_whatever_was_thought_of_it(before: str) -> None:
    branch = Branch()
    branch.sits_down("ann")
    branch.sits_down("bob", "2")
    if before == "another is offered":
        branch.wants("ann")
        branch.visitor("other")
    branch.visitor("a")
    if before in ("offered to another", "with another"):
        branch.wants("bob")
    if before == "with another":
        branch.accepts("bob", "offer-a-1")
    if before == "parked":
        branch.visit(ask.TakeVisit, "a", "ann")
        branch.visit(ask.ParkVisit, "a", "ann")
    events = branch.visit(ask.TakeVisit, "a", "ann")
    assert branch.phase("a") == (Phase.ACTIVE, "ann")
    assert any(isinstance(one, OfferAccepted) for one in events)
    assert any(isinstance(one, InteractionPulledBack) for one in events) == (before == "with another")
    if before == "another is offered":
        assert branch.phase("other") == (Phase.WAITING, "")
    assert branch.visit(ask.TakeVisit, "a", "ann") == [], "a repeat"


def test_a_visit_ends_wrapped_up_by_who_had_it() -> None:
    branch = Branch()
    branch.sits_down("ann")
    branch.visitor("a")
    branch.visit(ask.TakeVisit, "a", "ann")
    [ended, wrapped] = branch.visit(ask.EndVisit, "a", "ann", code="no_show", ended_by="customer")
    assert isinstance(ended, InteractionEnded)
    assert isinstance(wrapped, WrapUpCompleted)
    assert (ended.ended_by, wrapped.code) == ("customer", "no_show")
    with pytest.raises(NotFoundError):
        branch.visit(ask.EndVisit, "a", "ann")


@pytest.mark.parametrize("before", ["waiting", "offered", "parked"])
def test_who_gives_up_before_they_are_called_again_has_left(before: str) -> None:
    branch = Branch()
    branch.sits_down("ann")
    branch.visitor("a")
    if before == "offered":
        branch.wants("ann")
    if before == "parked":
        branch.visit(ask.TakeVisit, "a", "ann")
        branch.visit(ask.ParkVisit, "a", "ann")
    assert isinstance(branch.visit(ask.EndVisit, "a", "ann", code="no_show")[-1], InteractionAbandoned)


def test_taking_what_is_offered_accepts_the_offer() -> None:
    branch = Branch()
    branch.sits_down("ann")
    branch.visitor("a")
    branch.wants("ann")
    [accepted] = branch.visit(ask.TakeVisit, "a", "ann")
    assert isinstance(accepted, OfferAccepted)


def test_passed_on_it_waits_for_the_other_service_or_the_other_agent() -> None:
    branch = Branch()
    branch.sits_down("ann")
    branch.sits_down("bob", "2")
    branch.visitor("a")
    branch.visit(ask.PassVisitOn, "a", "", queue="loans")
    assert branch.visit(ask.PassVisitOn, "a", "", queue="loans") == []
    assert branch.state.interactions["interaction-a"].queue == "loans"
    branch.visit(ask.TakeVisit, "a", "ann")
    branch.visit(ask.PassVisitOn, "a", "ann", to_agent="bob")
    assert branch.visit(ask.PassVisitOn, "a", "ann", to_agent="bob") == []
    assert branch.phase("a") == (Phase.WAITING, "")
    branch.wants("bob")
    assert branch.phase("a")[0] is Phase.OFFERED


def test_who_is_signed_on_keeps_what_they_could_and_who_only_came_for_the_desk_is_signed_off() -> None:
    branch = Branch()
    branch.signs_on("ann", cards=2, languages=("fa",))
    branch.sits_down("ann")
    ann = branch.state.agents["ann"].state
    assert (ann.skills, ann.languages, ann.attributes["desk"]) == ({"cards": 2, "accounts": 3}, ("fa",), "1")
    branch.sits_down("ann")
    branch.visitor("a")
    branch.visit(ask.TakeVisit, "a", "ann")
    branch.handle(ask.CloseDesk, agent_id="ann")
    assert branch.phase("a") == (Phase.WAITING, "")
    assert branch.handle(ask.CloseDesk, agent_id="ann") == []
    with pytest.raises(RefusedError):
        branch.wants("ann")


def test_who_calls_a_visitor_is_there_whatever_became_of_their_desktop() -> None:
    branch = Branch()
    branch.sits_down("ann")
    branch.visitor("a")
    branch.handle(ask.AgentSilent, agent_id="ann")
    branch.wants("ann")
    assert branch.phase("a")[0] is Phase.OFFERED


def test_without_room_nothing_is_taken() -> None:
    branch = Branch()
    branch.sits_down("ann")
    for name in "ab":
        branch.visitor(name)
    branch.visit(ask.TakeVisit, "a", "ann")
    with pytest.raises(RefusedError, match="no room"):
        branch.visit(ask.TakeVisit, "b", "ann")
