"""What supervisors do: give work to somebody, move it, take it back, listen in, close queues, publish policies."""

from datetime import timedelta
from typing import Any

from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.ids import offer_id
from hub.domain.interaction import decide as rules
from hub.domain.interaction.events import InteractionGiven, InteractionOffered, OfferAccepted
from hub.domain.interaction.place_changed import PlaceChangedError
from hub.domain.interaction.state import Phase
from hub.domain.pool.events import DayBegan, PolicyAdopted, QueueIntakeChanged
from hub.policies.hours import zone_of
from hub.router.policy.classify import Classifier, traits_kept
from hub.router.policy.parsing import Policy
from hub.router.pool.commands import AdoptPolicy, Assign, Command, Join, Leave, Move, Prioritise, PullBack, SetIntake
from hub.router.pool.decided import (
    here,
    in_words,
    meta,
    of,
    of_pool,
    open_interaction,
    open_to_others,
    placement,
    require_queue,
)
from hub.router.pool.interrupting import make_room
from hub.router.pool.pacing import passed_over
from hub.router.pool.state import Decided, KnownAgent, OpenInteraction, PoolState

INTAKES = ("open", "paused", "draining")


def assign(state: PoolState, command: Assign) -> list[Decided]:
    """The agent has it, unasked; but never more than they have room for."""
    interaction = open_interaction(state, command.interaction_id)
    one, given = interaction.state, meta(command, interaction.stream)
    if one.phase is Phase.ACTIVE and one.agent_id == command.agent_id:
        return []
    if one.phase not in (Phase.WAITING, Phase.OFFERED):
        raise RefusedError(f"only waiting work can be given to an agent, and this is {one.phase.value}")
    agent = here(state, command.agent_id)
    asked = next((offer for offer, asked in one.open_offers if asked == agent.id), "")
    if asked:
        return of(interaction, rules.accept(one, asked, agent.id, counted(state, interaction, agent, command), **given))
    need = interaction.work.need
    if not agent.seat.has_room(need):
        units = agent.seat.units_for(need)
        raise RefusedError(f"agent {agent.id} has no room for {units} units of channel {need.channel} now")
    offer = offer_id(interaction.stream, one.offers + 1)
    timeout = timedelta(seconds=state.rules_of(interaction.placement).offer_timeout_seconds)
    back = rules.rescind(one, "given to an agent by a supervisor", **given)
    offered = InteractionOffered(
        **given, offer_id=offer, agent_id=agent.id, expires_at=command.at + timeout, units=agent.seat.units_for(need),
        policy=state.policy.version, reasons=(f"given by {command.actor}",),
    )  # fmt: skip
    accepted = OfferAccepted(**given, offer_id=offer, agent_id=agent.id, **counted(state, interaction, agent, command))
    room = make_room(state, agent, need, interaction.stream, command)
    why: list[Event] = []
    if command.reason:
        why.append(InteractionGiven(**given, agent_id=agent.id, **in_words(interaction, command.reason)))
    return [*room, *of(interaction, [*back, *why, offered, accepted])]


def counted(state: PoolState, interaction: OpenInteraction, agent: KnownAgent, command: Command) -> dict[str, Any]:
    """What was not matched says nothing about the pace of its queue."""
    pace = passed_over(state.paces.get(interaction.queue), command.at)
    return {"queue": interaction.queue, "today": agent.answered + 1, **pace.fields}


def move(state: PoolState, command: Move) -> list[Decided]:
    """It waits in another queue, with its age."""
    interaction = open_interaction(state, command.interaction_id)
    require_queue(state, command.queue)
    return move_to(state, interaction, command.queue, "moved by a supervisor", command, said=command.reason)


def move_to(
    state: PoolState, interaction: OpenInteraction, queue: str, reason: str, command: Command, *, said: str = ""
) -> list[Decided]:
    """It waits in that queue, for anyone the queue serves, with its age, and with the priority a supervisor gave it."""
    requirement = state.classifier.of_queue(queue, interaction.queued.channel.value, f"{reason}: to queue {queue}")
    where = placement(state, requirement)
    given_priority = interaction.state.prioritised[0] if interaction.state.prioritised else None
    if given_priority is not None:
        where["priority"] = given_priority
    given = meta(command, interaction.stream)
    if said:
        given |= {"said": said, "customer_id": interaction.queued.customer_id}
    return of(
        interaction,
        rules.move(interaction.state, from_queue=interaction.queue, reason=reason, placement=where, **given),
    )


def prioritise(state: PoolState, command: Prioritise) -> list[Decided]:
    """It goes before or behind others. Refused where another supervisor was first; not where they did the same."""
    interaction = open_interaction(state, command.interaction_id)
    given = meta(command, interaction.stream)
    told = rules.prioritise(interaction.state, command.priority, command.credit_seconds, **given)
    seen = command.expected_version
    if told and seen is not None and interaction.place_version > seen:
        raise PlaceChangedError(interaction.place_by, interaction.priority, interaction.credit)
    return of(interaction, told)


def pull_back(state: PoolState, command: PullBack) -> list[Decided]:
    """It is taken from whoever has it and waits again."""
    interaction = open_to_others(state, command.interaction_id)
    if interaction.state.phase is Phase.WAITING:
        return []
    given = meta(command, interaction.stream)
    return of(interaction, rules.pull_back(interaction.state, **in_words(interaction, command.reason), **given))


def join(state: PoolState, command: Join) -> list[Decided]:
    """A supervisor hears the conversation, coaches its agent, or speaks in it."""
    interaction = open_to_others(state, command.interaction_id)
    if command.mode == "conference":
        raise InvalidError("agents come into a conference by a consultation: use monitor, coach or barge", "mode")
    given = meta(command, interaction.stream)
    return of(interaction, rules.join(interaction.state, command.agent_id, command.mode, **given))


def leave(state: PoolState, command: Leave) -> list[Decided]:
    """They are out of it again."""
    interaction = open_interaction(state, command.interaction_id)
    return of(interaction, rules.leave(interaction.state, command.agent_id, **meta(command, interaction.stream)))


def set_intake(state: PoolState, command: SetIntake) -> list[Decided]:
    """The way into a queue is open or closed. Drained to another queue, what waits goes there with its age."""
    require_queue(state, command.queue)
    if command.intake not in INTAKES:
        raise InvalidError(f"{command.intake!r} is no intake: use {', '.join(INTAKES)}", "intake")
    if command.to:
        require_queue(state, command.to, "to")
    if (command.intake == "draining") != bool(command.to) or command.to == command.queue:
        raise InvalidError("a queue is drained to another queue: name it in `to`, and there only", "to")
    now = state.intakes.get(command.queue)
    if (now.intake if now else "open", now.to if now else "") == (command.intake, command.to):
        return []
    require_way_out(state, command.queue, command.to)
    changed = QueueIntakeChanged(
        **meta(command), pool=state.pool, queue=command.queue, intake=command.intake, to=command.to,
        reason=command.reason,
    )  # fmt: skip
    decided = of_pool(state, [changed])
    if command.to:
        to = drained_to(state, command.to)
        for interaction in state.interactions.values():
            if interaction.queue == command.queue and interaction.state.phase in (Phase.WAITING, Phase.OFFERED):
                decided += move_to(state, interaction, to, "drained", command)
    return decided


def drained_to(state: PoolState, queue: str) -> str:
    """Where work of a queue that is drained goes in the end; the queue itself, if it is not."""
    while (intake := state.intakes.get(queue)) is not None and intake.to:
        queue = intake.to
    return queue


def require_way_out(state: PoolState, drained: str, to: str) -> None:
    """Queues that are drained into each other in a ring would leave work nowhere: raises RefusedError."""
    queue, been = to, {drained}
    while queue and queue not in been:
        been.add(queue)
        intake = state.intakes.get(queue)
        queue = intake.to if intake else ""
    if queue:
        raise RefusedError(f"queue {to} is itself drained to {drained}: open one of them first", "to")


def adopt(state: PoolState, command: AdoptPolicy) -> list[Decided]:
    """New work goes by this policy from now on; what waits too, where it is asked for."""
    if command.version == state.adopted:
        return []
    if command.version not in state.policies:
        state.policies.add(command.version, command.text)
    policy = state.policies.get(command.version)
    adopted = PolicyAdopted(**meta(command), pool=state.pool, version=policy.version, waiting=command.waiting)
    decided = of_pool(state, [adopted])
    if command.waiting:
        classifier = Classifier(policy)
        for interaction in state.interactions.values():
            if interaction.state.phase in (Phase.WAITING, Phase.OFFERED) and interaction.queued.contact_id:
                decided += classified_anew(state, policy, classifier, interaction, command)
    return decided


_ASKED = ("queue", "priority", "skills", "languages", "attributes", "steps", "units")


def classified_anew(
    state: PoolState, policy: Policy, classifier: Classifier, interaction: OpenInteraction, command: Command
) -> list[Decided]:
    """Waiting work goes where this policy puts it; who may have it first stays so."""
    now = interaction.placement
    agent = (now.known_agent, now.known_reason, now.known_until) if interaction.work.bound else ("", "", None)
    where = placement(state, classifier.classify_traits(traits_kept(interaction.queued)), agent=agent)
    where["policy"] = policy.version
    same = all(where[name] == getattr(now, name) for name in _ASKED)
    if same and policy.queue(now.queue) == state.rules_of(now):
        return []
    given = meta(command, interaction.stream)
    return of(
        interaction,
        rules.move(interaction.state, from_queue=interaction.queue, reason="policy", placement=where, **given),
    )


def begin_day(state: PoolState, command: Command) -> list[Decided]:
    """What agents did today counts from zero, if the policy looks at it and it is another day."""
    if not state.counts_days or command.at.timestamp() < state.day_ends:
        return []
    date = command.at.astimezone(zone_of(state.policy.time_zone)).date().isoformat()
    return of_pool(state, [DayBegan(**meta(command), pool=state.pool, date=date)])
