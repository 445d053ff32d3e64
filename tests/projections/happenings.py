"""What may happen in a random history besides plain calls: transfers, parking, callbacks, supervision, policies."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hub.domain.agent.events import (
    AgentCapacityChanged,
    AgentChannelsClosed,
    AgentSkillsChanged,
    AgentState,
    AgentStateChanged,
    Shift,
    ShiftsPlanned,
)
from hub.domain.cases import decide as cases
from hub.domain.cases.events import CaseKind, TaskOutcome
from hub.domain.cases.state import evolve as evolve_cases
from hub.domain.contact import Attachment, Channel, RecordingKind, RecordingState, Standing
from hub.domain.customer.callbacks.events import CallbackCancelled, CallbackChanged, CallbackPromised, callback_id
from hub.domain.customer.consent.events import ConsentGranted, ConsentWithdrawn, Purpose
from hub.domain.customer.links.decide import (
    Asked,
    lift_cannot_link,
    link_declared,
    link_verified,
    mark_shared,
    unlink,
    unmark_shared,
)
from hub.domain.customer.links.events import Side
from hub.domain.customer.outbound.events import (
    ContactDispatched,
    ContactFailed,
    ContactGivenUp,
    ContactPlanned,
    ContactPostponed,
    ContactUnreported,
)
from hub.domain.customer.recordings.events import ConversationRecorded
from hub.domain.customer.recordings.identity import recording_id
from hub.domain.decision.events import ActionsNotPresented
from hub.domain.errors import HubError
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
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    DeclinesForgotten,
    InteractionContinued,
    InteractionExpired,
    InteractionFlagged,
    InteractionHeld,
    InteractionInterrupted,
    InteractionMoved,
    InteractionParked,
    InteractionPrioritised,
    InteractionPulledBack,
    InteractionRefused,
    InteractionReopened,
    InteractionResumed,
    InteractionTransferred,
    InteractionUnflagged,
    InteractionUnparked,
    ParticipantJoined,
    ParticipantLeft,
    RecordingAsked,
    RecordingSwitched,
    RequirementRelaxed,
)
from hub.domain.interaction.state import Phase
from hub.domain.pool.events import DayBegan, PolicyAdopted, QueueIntakeChanged
from hub.domain.satisfaction.decide import survey_id
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded, SurveyKind
from tests.domain.links.streams import Streams

DONE = TaskOutcome.DONE


def placement(queue: str) -> dict[str, Any]:
    """The fields of a Placement."""
    return {
        "queue": queue, "priority": 1, "skills": {}, "units": 100 if queue == "sales" else 25, "policy": "p1",
        "reasons": ("first", "second"),
    }  # fmt: skip


def another(world: Any, interaction: str) -> str:
    return str(world.chance.choice([one for one in ("sales", "service", "chat") if one != _queue(world, interaction)]))


def _queue(world: Any, interaction: str) -> str:
    return str(world.work[interaction]["queue"])


def _agent(world: Any, interaction: str) -> dict[str, str]:
    return {"agent_id": world.states[interaction].agent_id}


def relax(world: Any) -> None:
    if one := world.pick(Phase.WAITING):
        world.add(one, RequirementRelaxed, step=world.chance.randrange(-1, 3), reason="time")


def move(world: Any) -> None:
    if one := world.pick(Phase.WAITING):
        old, new = _queue(world, one), another(world, one)
        world.work[one]["queue"] = new
        world.add(one, InteractionMoved, from_queue=old, reason="overflow", **placement(new))


def prioritise(world: Any) -> None:
    if one := world.pick(Phase.WAITING):
        world.add(one, InteractionPrioritised, priority=world.chance.choice([None, 7]), credit_seconds=60.0)


def forget_declines(world: Any) -> None:
    if one := world.pick(Phase.WAITING):
        world.add(one, DeclinesForgotten, after=world.now)


def ask_another(world: Any) -> None:
    if one := world.pick(Phase.OFFERED):
        world.offer_to_somebody(one)


def hold(world: Any) -> None:
    one = world.pick(Phase.ACTIVE)
    if one and not world.states[one].interrupted:
        kind = InteractionResumed if world.states[one].on_hold else InteractionHeld
        world.add(one, kind, **_agent(world, one))
        world.add(one, RecordingAsked, state=RecordingState.PAUSED, **_agent(world, one))
        world.add(one, RecordingSwitched, state=RecordingState.PAUSED, **_agent(world, one))


def interrupt(world: Any) -> None:
    one = world.pick(Phase.ACTIVE)
    if one and world.states[one].interrupted:
        world.add(one, InteractionContinued, **_agent(world, one))
    elif one and not world.states[one].on_hold:
        world.add(one, InteractionInterrupted, by="interaction-urgent", **_agent(world, one))


def park(world: Any) -> None:
    if one := world.pick(Phase.ACTIVE):
        until = world.chance.choice([None, world.now + timedelta(hours=1)])
        world.add(one, InteractionParked, until=until, reason="asked for a document", **_agent(world, one))


def unpark(world: Any) -> None:
    if one := world.pick(Phase.PARKED):
        world.add(
            one,
            InteractionUnparked,
            reason="customer",
            known_agent="ann1",
            known_until=world.now + timedelta(minutes=1),
        )


def transfer(world: Any) -> None:
    if one := world.pick(Phase.ACTIVE):
        queue = another(world, one)
        world.work[one]["queue"] = queue
        others = [agent for agent in world.agents if agent != world.states[one].agent_id]
        warm = {"warm": True, "to_agent": world.chance.choice(others)} if others and world.chance.random() < 0.4 else {}
        world.add(one, InteractionTransferred, reason="asked for", **_agent(world, one), **warm, **placement(queue))


def pull_back(world: Any) -> None:
    if one := world.pick(Phase.ACTIVE):
        missed = world.chance.choice(("", "no_answer", "busy"))
        reason = "" if missed else "agent is gone"
        world.add(one, InteractionPulledBack, reason=reason, missed=missed, **_agent(world, one))


def call_back(world: Any) -> None:
    if one := world.pick(Phase.WAITING):
        world.add(one, CallbackScheduled, due=world.chance.choice([None, world.now + timedelta(minutes=20)]))


def miss_callback(world: Any) -> None:
    one = world.pick(Phase.ACTIVE)
    if one and world.states[one].callback:
        attempt = world.states[one].attempts + 1
        retry = world.now + timedelta(minutes=15) if attempt < 3 else None
        world.add(one, CallbackMissed, attempt=attempt, outcome="busy", retry_at=retry, **_agent(world, one))
        if retry is None:
            world.over(one, InteractionExpired, reason="callback failed")


def reach_callback(world: Any) -> None:
    one = world.pick(Phase.ACTIVE)
    if one and world.states[one].callback:
        world.add(one, CallbackReached, **_agent(world, one))


def join(world: Any) -> None:
    if one := world.pick(Phase.ACTIVE):
        there = world.states[one].participants
        if there:
            world.add(one, ParticipantLeft, agent_id=there[0][0])
        else:
            world.add(one, ParticipantJoined, agent_id="boss", mode="coach")


def flag(world: Any) -> None:
    if one := world.pick(world.chance.choice([Phase.ACTIVE, Phase.WAITING, Phase.PARKED])):
        if world.states[one].flagged:
            world.add(one, InteractionUnflagged, reason=world.states[one].flagged)
        else:
            world.add(one, InteractionFlagged, reason="agent is gone")


def expire(world: Any) -> None:
    if one := world.pick(world.chance.choice([Phase.WAITING, Phase.PARKED])):
        world.over(one, InteractionExpired, reason="waited too long")


def refuse(world: Any) -> None:
    customer = world.customer()
    contact = world.touch(customer, Channel.PHONE)
    world.add(
        f"interaction-{contact}", InteractionRefused, pool="main", queue="sales", contact_id=contact, thread=contact,
        customer_id=customer, channel=Channel.PHONE, service="", reason=world.chance.choice(["closed", "full"]),
        policy="p1", reasons=("first",),
    )  # fmt: skip


def reopen(world: Any) -> None:
    over = [one for one in world.done if "consult" not in one]
    if over:
        one = world.chance.choice(over)
        work = world.work[one] = world.done.pop(one)
        contact = world.touch(work["customer"], work["channel"])
        world.add(one, InteractionReopened, contact_id=contact, **placement(work["queue"]))


def consult(world: Any) -> None:
    if one := world.pick(Phase.ACTIVE):
        world.consults = getattr(world, "consults", 0) + 1
        work = world.work[one]
        world.queue(
            work["customer"],
            "",
            work["queue"],
            work["channel"],
            "main",
            consult_of=one,
            name=f"consult-{world.consults}",
        )


def refit(world: Any) -> None:
    if world.agents:
        agent = world.chance.choice(list(world.agents))
        kind, fields = world.chance.choice([
            (AgentSkillsChanged, {"skills": {"sales": 1}, "languages": (), "attributes": {"site": "north"}}),
            (AgentCapacityChanged, {"capacity": 200, "units": {"web": 10}}),
            (AgentChannelsClosed, {"channels": ("phone",), "reason": "no answer"}),
        ])  # fmt: skip
        if world.agents[agent] is not AgentState.SIGNED_OFF:
            world.add(f"agent-{agent}", kind, agent_id=agent, **fields)


def plan(world: Any) -> None:
    agent, start = f"ann{world.chance.randrange(4)}", world.now + timedelta(minutes=world.chance.randrange(-30, 30))
    middle, end = start + timedelta(minutes=20), start + timedelta(hours=1)
    shifts = (Shift(start=start, end=middle), Shift(start=middle, end=end, state=AgentState.AWAY, reason="lunch"))
    world.add(f"agent-{agent}", ShiftsPlanned, agent_id=agent, start=start, end=end, shifts=shifts)


def vanish(world: Any) -> None:
    here = [agent for agent, state in world.agents.items() if state is AgentState.READY]
    if here:
        agent = world.chance.choice(here)
        world.agents[agent] = AgentState.GONE
        world.add(f"agent-{agent}", AgentStateChanged, agent_id=agent, state=AgentState.GONE)


def govern(world: Any) -> None:
    kind, fields = world.chance.choice([
        (PolicyAdopted, {"version": "p2", "waiting": True}),
        (QueueIntakeChanged, {"queue": world.chance.choice(["sales", "chat"]), "intake": "paused"}),
        (QueueIntakeChanged, {"queue": "sales", "intake": "draining", "to": "chat"}),
        (QueueIntakeChanged, {"queue": "sales", "intake": "open"}),
        (DayBegan, {"date": "2026-03-02"}),
    ])  # fmt: skip
    world.add("routing-main", kind, pool="main", **fields)


def belong(world: Any) -> None:
    """Somebody says who is one customer, or takes it back."""
    if len(world.customers) < 2:
        return
    streams = world.streams = getattr(world, "streams", Streams())
    kinds = ("phone", "customer_number", "email", "customer_number")
    for number, customer in enumerate(world.customers[:12]):
        streams.include(Side(id=customer, kind=kinds[number % 4], since=world.now))
    one, other = world.chance.sample(world.customers[:12], 2)
    live = sorted(streams.links[one].live)
    asked = Asked(world.now, "test", f"link-{len(streams.told)}")
    about = streams.links, streams.sides[one]
    if live and world.chance.random() < 0.3:
        told = unlink(*about, live[0].link_id, asked)
    elif world.chance.random() < 0.1:
        told = world.chance.choice([mark_shared, unmark_shared])(*about, asked)
    else:
        decide = world.chance.choice([link_declared, link_verified, link_verified, lift_cannot_link])
        told = decide(*about, streams.sides[other], asked)
    streams.add(told)
    for stream, event in told:
        world.log.add(stream, event)


def work_on_case(world: Any) -> None:
    """A case of somebody known is opened, or what can be done with it is done."""
    if not world.customers:
        return
    known = world.cases = getattr(world, "cases", {})
    customer, meta = world.customers[0], {"at": world.now, "recorded_at": world.now, "causation": "t", "actor": "t"}
    if not known or world.chance.random() < 0.3:
        due = world.now + timedelta(minutes=20)
        kind = world.chance.choice(list(CaseKind))
        events = cases.open_case(known, customer, len(known) + 1, kind=kind, due_at=due, subject="s", **meta)
    else:
        name = world.chance.choice(list(known))
        rule: Any = world.chance.choice([
            lambda: cases.fall_overdue(known, name, **meta), lambda: cases.resolve(known, name, "done", **meta),
            lambda: cases.give_task(known, name, "depot", **meta), lambda: cases.end_task(known, name, 1, DONE, **meta),
        ])  # fmt: skip
        try:
            events = rule()
        except HubError:
            return
    for event in events:
        world.log.add(customer, event)
        world.cases = evolve_cases(world.cases, event)


def survey(world: Any) -> None:
    """Somebody known is asked how it was, and answers at once, or not."""
    if not world.customers:
        return
    world.surveys = getattr(world, "surveys", 0) + 1
    customer, name = world.customers[0], survey_id(world.customers[0], world.surveys)
    told = {"survey_id": name, "kind": SurveyKind.CSAT, "about": "interaction-1"}
    world.add(
        customer,
        SatisfactionAsked,
        **told,
        channel=Channel.SMS,
        expires_at=world.now,
        share=1.0,
        draw=0.0,
        queue="sales",
    )
    if world.chance.random() < 0.5:
        world.add(customer, SatisfactionRecorded, **told, score=world.chance.randint(1, 5))
    consent(world, customer, world.surveys)


def consent(world: Any, customer: str, number: int) -> None:
    """Every third time they consent for an hour, then take it back, or consent for ever."""
    told = {
        "point": f"point-{customer}", "kind": "phone", "value": "+98912", "source": "call", "channel": Channel.SMS,
        "purpose": list(Purpose)[number % 2 + 3], "text_version": "v1",
    }  # fmt: skip
    if number % 3 == 1:
        world.add(customer, ConsentGranted, **told, expires_at=world.now + timedelta(hours=1))
    else:
        world.add(customer, ConsentWithdrawn if number % 3 else ConsentGranted, **told)


def propose(world: Any) -> None:
    """Somebody known is told of something, and answers at once, or not."""
    if not world.customers:
        return
    world.proposed = getattr(world, "proposed", 0) + 1
    customer = world.customers[0]
    said = {
        "grant_id": f"grant-{customer}-1", "proposition": "fibre", "policy": "p1", "terms_hash": "0" * 32,
        "presentation_id": f"presentation-{world.proposed}", "channel": Channel.SMS, "sender": "hub",
        "standing": Standing(),
    }  # fmt: skip
    world.add(customer, PropositionPresented, **said)
    if world.chance.random() < 0.5:
        world.add(customer, PropositionAnswered, **said, response=world.chance.choice(list(Response)))
    else:
        left = {"decision_id": f"decision-{customer}-1", "interaction_id": "interaction-1", "propositions": ("tv",)}
        world.add(customer, ActionsNotPresented, **left)
    grant(world, customer, world.proposed)
    write_to(world, customer, world.proposed)
    promise(world, customer, world.proposed)


def grant(world: Any, customer: str, number: int) -> None:
    """One grant after the other: given, amended, suspended, standing again, over."""
    fact = {"grant_id": f"grant-{customer}-{1 + number // 5}", "proposition": "fibre", "policy": "p1"}
    terms = {"terms": {"price": number}, "terms_hash": "0" * 32, "expires_at": world.now + timedelta(hours=number)}
    match number % 5:
        case 0:
            world.add(customer, PropositionGranted, **fact, **terms, holder=customer)
        case 1:
            world.add(customer, GrantAmended, **fact, **terms)
        case 2:
            world.add(customer, GrantSuspended, **fact, by="grant-2")
        case 3:
            world.add(customer, GrantResumed, **fact)
        case _:
            world.add(customer, GrantExpired, **fact)


def write_to(world: Any, customer: str, number: int) -> None:
    """One contact that we are to make after the other: planned, put off, dispatched, and what comes of it."""
    name = f"decision-{customer}-{number // 6}"
    fact, due = {"outbound_id": name}, {"due_at": world.now + timedelta(hours=number), "slot_id": name}
    made = {**fact, "contact_id": name, "channel": Channel.SMS}
    about = {"purpose": Purpose.SERVICE, "sender": "hub"}
    match number % 6:
        case 0:
            world.add(customer, ContactPlanned, **fact, **due, **about, customer_id=customer, channels=(Channel.SMS,))
        case 1:
            world.add(customer, ContactPostponed, **fact, **due, decision_id=name)
        case 2:
            world.add(
                customer, ContactDispatched, **made, **about, customer_id=customer, address="+98912", thread="sms",
                standing=Standing(), report_by=world.now + timedelta(hours=1),
            )  # fmt: skip
        case 3 if number % 4 == 1:
            world.add(customer, ContactUnreported, **made)
        case 3 | 4:
            world.add(customer, ContactFailed, **made, customer_id=customer, again=number % 6 == 3)
        case _:
            world.add(customer, ContactGivenUp, **fact, reason="no_path")


def promise(world: Any, customer: str, number: int) -> None:
    """A customer is promised a call; some of these are put off or called off."""
    terms = {"agent_id": "a1", "due": world.now + timedelta(hours=number), "queue": "sales", "number": "+98912"}
    one = {"callback_id": callback_id(customer, number)}
    world.add(customer, CallbackPromised, **one, **terms, for_agent="a1" if number % 2 else "")
    if number % 3 == 1:
        world.add(customer, CallbackChanged, **one, **{**terms, "due": world.now + timedelta(hours=2 * number)})
    if number % 3 == 2:
        world.add(customer, CallbackCancelled, **one, agent_id="a1")


def record(world: Any) -> None:
    """What is spoken is recorded."""
    if world.customers and (one := world.pick(Phase.ACTIVE)):
        world.recorded = getattr(world, "recorded", 0) + 1
        customer = world.customers[0]
        world.add(
            customer, ConversationRecorded, recording_id=recording_id(customer, world.recorded), channel=Channel.PHONE,
            kind=RecordingKind.RECORDING, started_at=world.now, seconds=7.5,
            attachment=Attachment(uri=f"hub-file:{one}"),
        )  # fmt: skip


ALL: list[Callable[[Any], None]] = [
    relax, move, prioritise, forget_declines, ask_another, ask_another, hold, hold, interrupt, interrupt, park, unpark,
    transfer, pull_back, call_back, miss_callback, reach_callback, join, flag, expire, refuse, reopen, consult, refit,
    plan, vanish, govern, belong, work_on_case, survey, propose,
    record,
]  # fmt: skip
