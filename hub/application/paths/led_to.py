"""What a decision leads to beside itself: the slot of a contact that we make, and the grant of what is shown first."""

from typing import Any

from hub.application.paths.capacities import Limits
from hub.application.paths.whole import Facts, Whole
from hub.domain.customer.slots.events import ContactSlotReserved
from hub.domain.decision.events import Outcome
from hub.domain.errors import InvalidError
from hub.domain.grant.decide import grant
from hub.domain.grant.state import Grant
from hub.paths.arbitration.arbitrate import Action
from hub.paths.decision.decide import Decision
from hub.paths.decision.question import Question
from hub.paths.decision.rules import PathRules
from hub.paths.frequency.reserving import Rules, Wanted, move, release, reserve
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.model import Holder


def slots_of(
    decision: Decision, whole: Whole, rules: Rules, limits: Limits, meta: dict[str, Any], *, goes_on: bool
) -> Facts:
    """The slot of a contact that is to be made, or of one that is not to be made any more. Raises InvalidError for a
    slot they do not have, unless a contact goes on that is known: whose slot it is may be linked to them no more."""
    question = decision.question
    if question.they_came:
        return []
    parties = whole.parties()
    slot = question.slot_id
    has = bool(slot) and any(slot in slots.reserved for slots in parties.customer.values())
    if slot and not has and not goes_on:
        raise InvalidError(f"they have no slot {slot!r}: name the decision that reserved it", "slot_id")
    if decision.place is None or decision.at is None or decision.outcome is Outcome.NOTHING:
        return release(parties, slot, "held", policy=rules.policy, **meta) if has else []
    reach = decision.place.reach
    wanted = Wanted(
        question.decision_id, decision.at, reach.channel, decision.place.purpose, question.sender.value, reach.stream,
        whole.account_id, question.decision_id, limits.stream(reach.channel, question.speaker or question.sender.value),
    )  # fmt: skip
    return move(parties, slot, wanted, rules, **meta) if has else reserve(parties, wanted, rules, **meta)


def slot_after(question: Question, slots: Facts) -> str:
    """Which one the contact has then."""
    slot = "" if question.they_came else question.slot_id
    for _, fact in slots:
        if isinstance(fact, ContactSlotReserved):
            return fact.slot_id
        slot = ""
    return slot


def granted_first(
    decision: Decision,
    whole: Whole,
    policy: PathPolicy,
    rules: PathRules,
    shown: dict[str, Grant],
    meta: dict[str, Any],
) -> Facts:
    """The first of what is new is granted, so that whoever asks next is shown just the same. A contact that we make
    carries one thing: where that is granted already, nothing else is."""
    said = decision.arbitrated.actions if decision.question.they_came else decision.actions
    first: Action | None = next(iter(said), None)
    if first is None or first.proposition in shown:
        return []
    proposition = policy.propositions[rules.places[first.proposition]]
    holder = whole.account_id if proposition.holder is Holder.ACCOUNT else whole.canonical
    given = grant(
        whole.grants(holder), holder, proposition.granting(policy.version),
        decision_id=decision.question.decision_id, **meta,
    )  # fmt: skip
    shown[first.proposition] = given.grant
    return given.told
