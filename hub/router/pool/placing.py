"""How work comes into a line, changes it and leaves it: known agents, relaxing steps, entry delays."""

from hub.domain.interaction.placement import Placement
from hub.domain.interaction.state import Phase
from hub.router.matching.waiting import Line
from hub.router.pool.state import OpenInteraction, PoolState
from hub.router.pool.timers import Due

ENTRY_DELAY = "entry delay"
"""The reason for which work joins its line later than its queue."""


def place(state: PoolState, interaction: OpenInteraction, placement: Placement, *, is_new: bool = False) -> None:
    """It waits where the placement says, with the age it has."""
    rules = state.rules_of(placement)
    unbind(state, interaction)
    interaction.placement, interaction.placed, interaction.step = placement, interaction.version, -1
    if placement.since is not None:
        interaction.since = placement.since.timestamp()
    if not is_new:
        line = _line(state, interaction)
        state.matcher.move(interaction.work, line, since=interaction.since, credit=interaction.credit)
    at = placement.at.timestamp()
    _bind(state, interaction)
    bar_asker(state, interaction)
    _set_timers(state, interaction, at)
    if rules.entry_delay_seconds and interaction.since + rules.entry_delay_seconds > at:
        entry = interaction.since + rules.entry_delay_seconds
        state.timers.set(entry, Due.ENTRY, interaction.stream, interaction.placed)
        _count(state, interaction)
    else:
        put_in_line(state, interaction)


def relax(state: PoolState, interaction: OpenInteraction, step: int, reason: str) -> None:
    """Less is asked from now on."""
    if reason == ENTRY_DELAY:
        if interaction.state.phase is Phase.WAITING:
            put_in_line(state, interaction)
    elif step < 0:
        unbind(state, interaction)
    else:
        _leave_steps(state, interaction)
        interaction.step = step
        state.matcher.move(interaction.work, _line(state, interaction))
        _join_steps(state, interaction)


def _line(state: PoolState, interaction: OpenInteraction) -> Line:
    """Where it waits by the step in force; the priority a supervisor gave it stands until it is placed anew."""
    line = state.line(interaction.queued, interaction.placement, interaction.step)
    given = interaction.state.prioritised[0] if interaction.state.prioritised else None
    if given is None:
        return line
    return state.matcher.line(line.queue, line.need, priority=given, weight=line.weight, target=line.target)


def in_line(interaction: OpenInteraction) -> bool:
    """Whether it waits in its queue."""
    return interaction.is_waiting


def put_in_line(state: PoolState, interaction: OpenInteraction) -> None:
    """Agents may be given it, at the place its age has."""
    _count(state, interaction)
    _join_steps(state, interaction)
    state.matcher.wait(interaction.work)


def put_back_in_line(state: PoolState, interaction: OpenInteraction) -> None:
    """Nobody took it: it waits on. What fell due meanwhile is due now."""
    _set_timers(state, interaction, interaction.placement.at.timestamp())
    put_in_line(state, interaction)


def take_out_of_line(state: PoolState, interaction: OpenInteraction) -> None:
    """Nobody is given it."""
    if interaction.is_waiting:
        interaction.is_waiting = False
        state.waiting_in[interaction.queue] -= 1
    _leave_steps(state, interaction)
    if interaction.work.waiting:
        state.matcher.withdraw(interaction.work)


def unbind(state: PoolState, interaction: OpenInteraction) -> None:
    """It waits for one agent alone no longer."""
    agent_id = interaction.placement.known_agent
    if agent_id and state.agent(agent_id).bound.pop(interaction.stream, None) is not None:
        state.matcher.unbind(interaction.work)


def bar_asker(state: PoolState, interaction: OpenInteraction) -> None:
    """Nobody is asked for advice on what they have themselves."""
    parent = state.interactions.get(interaction.queued.consult_of) if interaction.queued.consult_of else None
    if parent is not None and parent.state.agent_id:
        state.matcher.bar(state.agent(parent.state.agent_id).seat, interaction.work, float("inf"))


def _bind(state: PoolState, interaction: OpenInteraction) -> None:
    placement = interaction.placement
    if not placement.known_agent:
        return
    agent = state.agent(placement.known_agent)
    agent.bound[interaction.stream] = interaction
    state.matcher.bind(interaction.work, agent.seat)


def _set_timers(state: PoolState, interaction: OpenInteraction, at: float) -> None:
    """Steps count on the age of the work; overflow and leaving on its time in this queue. What fell due while it was
    offered counted for nothing then: it is set again when nobody took it."""
    timers, stream, placed = state.timers, interaction.stream, interaction.placed
    rules = state.rules_of(interaction.placement)
    until = interaction.placement.known_until
    if until is not None and interaction.work.bound is not None:
        timers.set(until.timestamp(), Due.KNOWN_AGENT, stream, placed)
    for step in interaction.placement.steps:
        timers.set(interaction.since + step.after_seconds, Due.STEP, stream, placed)
    if rules.overflow is not None:
        timers.set(at + rules.overflow.after_seconds, Due.OVERFLOW, stream, placed)
    if rules.leave_after_seconds is not None:
        timers.set(at + rules.leave_after_seconds, Due.LEAVE, stream, placed)


def _count(state: PoolState, interaction: OpenInteraction) -> None:
    if not interaction.is_waiting:
        interaction.is_waiting = True
        state.waiting_in[interaction.queue] = state.waiting_in.get(interaction.queue, 0) + 1


def _join_steps(state: PoolState, interaction: OpenInteraction) -> None:
    if interaction.step + 1 < len(interaction.placement.steps):
        need = interaction.work.line.need
        state.stepped.setdefault(need, {})[interaction.stream] = interaction


def _leave_steps(state: PoolState, interaction: OpenInteraction) -> None:
    need = interaction.work.line.need
    stepped = state.stepped.get(need)
    if stepped is not None:
        stepped.pop(interaction.stream, None)
        if not stepped:
            del state.stepped[need]
