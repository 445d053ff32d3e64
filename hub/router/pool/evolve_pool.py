"""What facts about the whole pool change in its state: the policy, closed queues, a new day."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from hub.domain.agent.events import AgentState
from hub.domain.event import Event
from hub.domain.pool.events import DayBegan, PolicyAdopted, QueueIntakeChanged
from hub.policies.hours import zone_of
from hub.router.pool.evolve_agents import equip
from hub.router.pool.state import Intake, PoolState


def _adopted(state: PoolState, stream: str, version: int, event: PolicyAdopted) -> None:  # noqa: ARG001
    if event.pool != state.pool:
        return
    state.version, state.adopted = version, event.version
    state.use(state.policies.get(event.version))
    for agent in state.agents.values():
        if agent.state.state is not AgentState.SIGNED_OFF:
            equip(state, agent)


def _intake_changed(state: PoolState, stream: str, version: int, event: QueueIntakeChanged) -> None:  # noqa: ARG001
    if event.pool != state.pool:
        return
    state.version = version
    if event.intake == "open":
        state.intakes.pop(event.queue, None)
    else:
        state.intakes[event.queue] = Intake(event.intake, event.to)


def _day_began(state: PoolState, stream: str, version: int, event: DayBegan) -> None:  # noqa: ARG001
    if event.pool != state.pool:
        return
    state.version = version
    tomorrow = date.fromisoformat(event.date) + timedelta(days=1)
    state.day_ends = datetime.combine(tomorrow, time(), zone_of(state.policy.time_zone)).timestamp()
    state.matcher.new_day()
    for agent in state.agents.values():
        agent.answered = 0


EVOLVE: dict[type[Event], Callable[..., None]] = {
    PolicyAdopted: _adopted,
    QueueIntakeChanged: _intake_changed,
    DayBegan: _day_began,
}
