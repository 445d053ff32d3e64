"""What a command makes happen in a routing pool: the rules of interaction and agent, what follows from them, then
whatever matches."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hub.domain.errors import HubError
from hub.domain.ids import offer_id
from hub.domain.interaction.events import InteractionOffered
from hub.router.matching.agents import Seat
from hub.router.matching.waiting import Work
from hub.router.pool import commands as ask
from hub.router.pool import (
    conversing,
    handing_on,
    joining,
    phones,
    promised,
    pulling,
    recording,
    staffing,
    supervising,
    visits,
)
from hub.router.pool.commands import Command
from hub.router.pool.deadlines import pop_due
from hub.router.pool.decided import of
from hub.router.pool.due import due_now
from hub.router.pool.evolve import evolve
from hub.router.pool.interrupting import go_on, is_wanted, make_room
from hub.router.pool.reactions import REACTIONS
from hub.router.pool.reasons import offer_reasons
from hub.router.pool.state import Decided, PoolState


def handle(state: PoolState, command: Command) -> list[Decided]:
    """The events a command leads to, in the order they happen; `state` has them in already. Nothing for a repeat.
    A refused command changes nothing and raises HubError. BrokenDecisionError: the state is of no use any more. An
    offer stays open until a Tick finds its time up."""
    now = command.at.timestamp()
    events: list[Decided] = []
    if isinstance(command, ask.Tick | ask.TakeUp):
        state.matcher.reach(now)
    if isinstance(command, ask.TakeUp):
        events = joining.take_up(state, command)
    elif not isinstance(command, ask.Tick):
        events = _DECIDE[type(command)](state, command)
        state.matcher.reach(now)  # not before: a refused command ends no rest, as nothing is matched after it
    try:
        return _all_that_follows(state, events, command, now)
    except HubError as error:
        raise BrokenDecisionError(f"{type(command).__name__} {command.id}: {error}") from error


class BrokenDecisionError(Exception):
    """What followed from a command broke a rule: a fault of the hub, not a refusal."""


def _all_that_follows(state: PoolState, events: list[Decided], command: Command, now: float) -> list[Decided]:
    decided: list[Decided] = []
    _carry_out(state, events, command, decided)
    if isinstance(command, ask.Tick):
        _carry_out(state, supervising.begin_day(state, command), command, decided)
        while (timer := pop_due(state, now)) is not None:
            _carry_out(state, due_now(state, timer, command), command, decided)
    if state.freed:
        _go_on(state, command, decided, now)
    next_match = state.matcher.next
    while (match := next_match(now)) is not None:
        _offer(state, *match, command, now, decided)
    if state.freed:
        _go_on(state, command, decided, None)
    return decided


def _carry_out(state: PoolState, events: list[Decided], command: Command, decided: list[Decided]) -> None:
    """Let these happen, and then what follows from them."""
    for stream, version, event in events:
        evolve(state, stream, version, event)
    decided += events
    for one in events:
        react = REACTIONS.get(type(one.event))
        if react is not None:
            following = react(state, one, command)
            if following:
                _carry_out(state, following, command, decided)


def _offer(
    state: PoolState, work: Work, seat: Seat, command: Command, now: float, decided: list[Decided]
) -> None:  # fmt: skip
    """To the agent who is to have it, and to as many more as the queue says."""
    _offer_to(state, work, seat, command, now, decided)
    more = state.rules_of(state.interactions[work.id].placement).offer_to - 1
    while more and (another := state.matcher.another(work, now)) is not None:
        _offer_to(state, work, another, command, now, decided)
        more -= 1


def _offer_to(
    state: PoolState, work: Work, seat: Seat, command: Command, now: float, decided: list[Decided]
) -> None:  # fmt: skip
    interaction = state.interactions[work.id]
    if work.need.interrupts and seat.free < seat.units_for(work.need):
        _carry_out(
            state, make_room(state, state.agents[seat.agent_id], work.need, work.id, command), command, decided
        )  # fmt: skip
    timeout = timedelta(seconds=state.rules_of(interaction.placement).offer_timeout_seconds)
    offered = InteractionOffered(
        at=command.at,
        recorded_at=command.at,
        causation=command.id,
        correlation=work.id,
        actor=state.actor,
        offer_id=offer_id(work.id, interaction.state.offers + 1),
        agent_id=seat.agent_id,
        expires_at=command.at + timeout,
        units=seat.units_for(work.need),
        policy=state.policy.version,
        reasons=offer_reasons(work, seat, now, state.matcher.order),
    )
    _carry_out(state, of(interaction, [offered]), command, decided)


def _go_on(state: PoolState, command: Command, decided: list[Decided], now: float | None) -> None:
    """Agents who have room again go on with what was interrupted, before they get anything new; but those whom urgent
    work waits for `now` only when it has found its agents."""
    for agent in list(state.freed.values()):
        if now is None or not is_wanted(state, agent, now):
            del state.freed[agent.id]
            _carry_out(state, go_on(state, agent, command), command, decided)


_DECIDE: dict[type[Command], Callable[[PoolState, Any], list[Decided]]] = {
    ask.Accept: conversing.accept,
    ask.Decline: conversing.decline,
    ask.Pull: pulling.pull,
    ask.Hold: conversing.hold,
    ask.Resume: conversing.resume,
    ask.AskRecording: recording.ask_recording,
    ask.SwitchRecording: recording.switch_recording,
    ask.End: conversing.end,
    ask.CompleteWrapUp: conversing.complete_wrap_up,
    ask.Park: conversing.park,
    ask.Unpark: conversing.unpark,
    ask.CustomerLeft: conversing.customer_left,
    ask.RequestCallback: conversing.request_callback,
    ask.OpenCallback: promised.open_callback,
    ask.MissCallback: conversing.miss_callback,
    ask.ReachCallback: conversing.reach_callback,
    ask.MissAgent: phones.miss_agent,
    ask.AgentLeft: phones.agent_left,
    ask.Transfer: handing_on.transfer,
    ask.Consult: handing_on.consult,
    ask.CompleteTransfer: handing_on.complete_transfer,
    ask.Conference: handing_on.conference,
    ask.OpenDesk: visits.open_desk,
    ask.CloseDesk: visits.close_desk,
    ask.WantNext: visits.want_next,
    ask.TakeVisit: visits.take_visit,
    ask.ParkVisit: visits.park_visit,
    ask.PassVisitOn: visits.pass_visit_on,
    ask.EndVisit: visits.end_visit,
    ask.SignOn: staffing.sign_on,
    ask.ChangeSkills: staffing.change_skills,
    ask.ChangeCapacity: staffing.change_capacity,
    ask.ChangeState: staffing.change_state,
    ask.PlanShifts: staffing.plan_shifts,
    ask.AgentSilent: staffing.silent,
    ask.AgentMissing: staffing.missing,
    ask.AgentBack: staffing.back,
    ask.AgentLocked: staffing.locked,
    ask.AgentUnlocked: staffing.unlocked,
    ask.SignOff: staffing.sign_off,
    ask.Assign: supervising.assign,
    ask.Move: supervising.move,
    ask.Prioritise: supervising.prioritise,
    ask.PullBack: supervising.pull_back,
    ask.Join: supervising.join,
    ask.Leave: supervising.leave,
    ask.SetIntake: supervising.set_intake,
    ask.AdoptPolicy: supervising.adopt,
}
