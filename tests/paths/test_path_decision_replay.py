"""Given any history, then every decision taken in it is taken again from the log, to the last digit; and none of them
broke a promise."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from hub.domain.cases.events import Severity
from hub.domain.cases.open_cases import OpenCases, evolve
from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.state import Said, standing
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.purchases.events import PurchaseRecorded
from hub.domain.customer.slots.events import ContactSlotReserved
from hub.domain.customer.slots.state import fold as slots_of
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import RefusedError
from hub.domain.event import Event
from hub.domain.grant.events import Response
from hub.journal.codec import Codec
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.decide import decide_path
from hub.paths.decision.question import CameIn, Question
from hub.paths.decision.record import capacity_of, path_decided, question_of
from hub.paths.frequency.ledger import customer_ledger
from hub.paths.frequency.reserving import Parties, Rules, Wanted, reserve
from hub.paths.frequency.section import Cap
from hub.paths.gates.capacity import Free
from hub.paths.holdout.drawing import drawn
from hub.paths.propositions.model import Sender
from tests.paths.decisions import (
    ACME,
    ANN,
    BEN,
    MAIL,
    PHONE,
    POLICY,
    World,
    at,
    complaint,
    consent,
    granted,
    meta,
    resolved,
)
from tests.paths.slots import contact

POINTS = {ANN: (PHONE, Channel.SMS), BEN: (MAIL, Channel.EMAIL)}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["yes", "no", "complain", "settle", "buy", "write", "call", "ask", "ask", "ask", "talk"]),
        st.sampled_from([ANN, BEN]),
        st.integers(0, 30),
        st.sampled_from([Purpose.PROMOTIONAL, Purpose.RECOVERY, Purpose.SURVEY, None]),
        st.integers(0, 3),
    ),
    max_size=25,
)
EXPLORING = POLICY + "\n[arbitration]\nexplores = true\n"


@settings(max_examples=120, deadline=None)
@for_all(STEPS, st.booleans(), st.integers(0, 2**31))
def test_replay_gives_the_identical_decision(steps: list[tuple[Any, ...]], explores: bool, seed: int) -> None:
    world = lived(steps, EXPLORING if explores else POLICY, seed)
    codec = Codec()
    for place, (stream, event) in enumerate(world.log):
        if isinstance(event, PathDecided):
            assert event.seen == place
            stored = codec.decode(stream, *codec.encode(stream, event))
            assert isinstance(stored, PathDecided)
            assert taken_again(world, stored) == event
            keeps_its_promises(world, stored)


def taken_again(world: World, event: PathDecided) -> PathDecided:
    """From the log up to where it was looked at, and what the fact says of question, seed and capacity."""
    question = question_of(event)
    state = world.state(question, event.seen, capacity=capacity_of(event))
    decision = decide_path(question, state, world.rules, world.table(event.seen))
    return path_decided(decision, state, seen=event.seen, **told_of(event))


def told_of(event: Event) -> dict[str, Any]:
    return {"recorded_at": event.recorded_at, "causation": event.causation, "actor": event.actor}


def lived(steps: list[tuple[Any, ...]], policy: str, seed: int) -> World:
    """A history in which decisions are taken, kept, and acted on."""
    world, moment = World(policy=policy), at(0)
    for number, (what, who, hours, purpose, kind) in enumerate(steps):
        moment += timedelta(hours=hours)
        if what == "ask":
            asked(world, question(moment, number, purpose, kind, seed), free=kind)
        else:
            world.log += happened(world, what, who, moment, number, kind)
    return world


def happened(world: World, what: str, who: str, moment: datetime, number: int, kind: int) -> list[tuple[str, Event]]:
    point, channel = POINTS[who]
    hours = (moment - at(0)).total_seconds() / 3600 + 24 * 56 + 8.5
    match what:
        case "yes" | "no":
            return [(who, consent(moment, point, channel, what == "yes"))]
        case "complain":
            return [((who, ACME)[kind % 2], complaint(moment, Severity(kind + 1), f"case-{number}"))]
        case "settle":
            return [(who, resolved(moment, f"case-{one}")) for one in range(number)]
        case "buy":
            fact = {"purchase_id": str(number), "amount": 5, "currency": "IRR"}
            return [(who, PurchaseRecorded(**meta(moment), **fact))]
        case "write":
            return [(who, contact(ContactSent, f"out-{number}", hours))]
        case "call":
            return [(who, contact(ContactReceived, f"in-{number}", hours))]
    try:
        return granted(world, moment, number, tuple(Response)[kind])
    except RefusedError:
        return []  # They accepted it before.


def question(moment: datetime, number: int, purpose: Purpose | None, kind: int, seed: int) -> Question:
    is_inbound = kind == 3
    return Question(
        f"decision-{number}",
        moment,
        Direction.INBOUND if is_inbound else Direction.OUTBOUND,
        (Channel.PHONE,) if is_inbound else (Channel.SMS, Channel.EMAIL),
        (Sender.HUB, Sender.CAMPAIGN, Sender.DEALER, Sender.AGENT)[kind],
        purpose,
        proposes=purpose is not Purpose.SURVEY,
        by=moment + timedelta(hours=20) if kind == 1 else None,
        came_in=CameIn(Channel.PHONE, PHONE.point) if is_inbound else None,
        confidence=Confidence.VERIFIED,
        seed=seed,
    )


def asked(world: World, question: Question, free: int) -> None:
    """Decided, and a slot taken for what is to be sent."""
    world.more = {"capacity": {(Channel.SMS, "hub"): Free(free)}}
    seen = len(world.log)
    state = world.state(question)
    decision = decide_path(question, state, world.rules, world.table())
    told = {"recorded_at": question.at, "causation": "c", "actor": "agent:x"}
    world.log.append((ANN, path_decided(decision, state, seen=seen, **told)))
    if decision.outcome is Outcome.NOTHING or question.they_came:
        return
    assert decision.place is not None
    assert decision.at is not None
    place = decision.place
    streams = world.told()
    parties = Parties(
        ANN,
        *({name: slots_of(events) for name, events in whole.items()} for whole in (streams.customer, streams.account)),
    )
    slot = Wanted(
        question.decision_id, decision.at, place.reach.channel, place.purpose, question.sender.value,
        place.reach.stream, ACME, question.decision_id,
    )  # fmt: skip
    rules = Rules(world.policy.version, world.policy.frequency, world.policy.purpose_table())
    world.log += reserve(parties, slot, rules, **meta(question.at))


def keeps_its_promises(world: World, event: PathDecided) -> None:
    """Of each decision, in plain words; `before` is all it knew."""
    before = world.log[: event.seen]
    selling = [one for one in event.said if one.proposition in ("fibre", "tv")]
    cases: OpenCases = ()
    for _, one in before:
        cases = evolve(cases, one)
    if any(one.severity >= Severity.HIGH for one in cases):
        assert not selling
    [holdout] = world.policy.holdouts
    if drawn(holdout, ANN).is_held_out:
        assert "tv" not in [one.proposition for one in event.said]
    if event.asked.direction is Direction.INBOUND or event.outcome is Outcome.NOTHING:
        return
    assert event.due_at is not None
    wall = event.due_at.astimezone(ZoneInfo("Asia/Tehran"))
    assert 9 <= wall.hour < 21
    consents = standing((one for _, one in before), event.due_at)
    for one in selling:
        assert consents.stance(one.point, one.channel, Purpose.PROMOTIONAL).said is Said.GRANTED
    if event.due_at > event.at:
        assert event.asked.by is not None
        assert event.due_at <= event.asked.by


@settings(max_examples=60, deadline=None)
@for_all(STEPS)
def test_what_is_decided_never_exceeds_a_cap_that_was_kept(steps: list[tuple[Any, ...]]) -> None:
    """Who takes a slot for each decision keeps all windows; what others did on their own may have filled them."""
    world = lived([step for step in steps if step[0] != "write"], POLICY, 0)
    told = world.told()
    ledger = customer_ledger({name: slots_of(events) for name, events in told.customer.items()})
    caps: tuple[Cap, ...] = world.policy.frequency
    for cap in caps:
        times = [one.at for one in ledger if cap.counts(one.channel, one.purpose)]
        assert all(sum(end - cap.window < time <= end for time in times) <= cap.most for end in times)
    reserved = {event.slot_id for _, event in world.log if isinstance(event, ContactSlotReserved)}
    assert {one.name for one in ledger} == reserved
