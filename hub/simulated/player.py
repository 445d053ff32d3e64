"""Plays a schedule on a running hub: calls and hang-ups over the bus, shifts over the API, all at their moments."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from hub.domain.contact import ConversationEvent, ConversationSignal
from hub.domain.errors import HubError
from hub.simulated.agents import SimulatedAgents
from hub.simulated.behaviour import Step, Work
from hub.simulated.customers import Wire
from hub.simulated.errands import Errands, first_of
from hub.simulated.hub_time import HubTime
from hub.simulated.replay_script import RecordedBehaviour
from hub.simulated.schedule import Action, Schedule, Shift, may_leave

_STALL_SECONDS = 60.0


class StalledReplayError(HubError):
    """Calls wait, nobody is working, and nothing more is to come."""


class Player:
    """One replay. `saw` must hear of every step of the agents' work."""

    def __init__(
        self,
        schedule: Schedule,
        behaviour: RecordedBehaviour,
        wire: Wire,
        time: HubTime,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.speed = time.speed
        self.late_s = 0.0
        """The most that anything was begun after its moment, in seconds of the wall."""
        self._schedule = schedule
        self._behaviour = behaviour
        self._wire = wire
        self._time = time
        self._on_progress = on_progress
        self._errands = Errands()
        self._open = set(schedule.calls)
        self._remaining = Counter(call.contact.service for call in schedule.calls.values() if call.patience is None)
        self._confirmed = {contact_id: asyncio.Event() for contact_id in schedule.calls}
        self._left: set[str] = set()
        self._to_come = list(schedule.shifts)
        self._on_duty: dict[str, Shift] = {}
        self._turn = asyncio.Event()

    async def play(self, agents: SimulatedAgents) -> None:
        """From the first action until every call has ended and everybody has signed off."""
        await first_of(self._play(agents), self._errands.watch())
        await self._errands.close()

    def saw(self, work: Work) -> None:
        """An agent's work took a step."""
        self._behaviour.saw(work)
        if work.contact_id not in self._schedule.calls:
            return
        if work.step is Step.DONE:
            self._over(work.contact_id)
        elif work.step is Step.LOST and self._behaviour.is_gone(work.contact_id):
            self._errands.start(self._hang_up(work.contact_id))
        self._changed()

    async def _play(self, agents: SimulatedAgents) -> None:
        doings: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {
            "call": self._call,
            "hang_up": self._hang_up,
            "sign_on": lambda agent: self._sign_on(agents, agent),
            "shift_end": lambda agent: self._shift_end(agents, agent),
        }
        for action in self._schedule.actions():
            await self._time.sleep_until(action.at)
            self._note_delay(action)
            self._errands.start(doings[action.kind](action.subject))
        while self._open or self._on_duty:
            await self._wait_for_change(agents)

    async def _wait_for_change(self, agents: SimulatedAgents) -> None:
        try:
            async with asyncio.timeout(_STALL_SECONDS):
                await self._turn.wait()
        except TimeoutError:
            if not agents.works and self._open:
                example = self._schedule.calls[min(self._open)].contact
                raise StalledReplayError(
                    f"{len(self._open)} calls wait and no agent who is signed on may take them, such as "
                    f"{example.id} ({example.service or 'no service'}): compare the skills that the policy asks for "
                    "with the services in the record, or replay with agent_skills = 'all'"
                ) from None

    def _note_delay(self, action: Action) -> None:
        delay = (self._time.now() - action.at).total_seconds() / self._time.speed
        self.late_s = max(self.late_s, delay)

    async def _call(self, contact_id: str) -> None:
        accepted = await self._wire.contact(self._schedule.calls[contact_id].contact)
        self._confirmed[contact_id].set()
        if not accepted:
            self._over(contact_id)

    async def _hang_up(self, contact_id: str) -> None:
        await self._confirmed[contact_id].wait()
        if contact_id not in self._open or contact_id in self._left or not self._behaviour.hangs_up(contact_id):
            return
        self._left.add(contact_id)
        contact = self._schedule.calls[contact_id].contact
        await self._wire.conversation(
            ConversationEvent(
                id=f"{contact_id}-left"[-200:],
                channel=contact.path.channel,
                thread=contact.thread or contact.id,
                signal=ConversationSignal.CUSTOMER_LEFT,
                occurred_at=self._time.now(),
            )
        )
        if self._behaviour.hangs_up(contact_id):
            self._over(contact_id)

    async def _sign_on(self, agents: SimulatedAgents, agent_id: str) -> None:
        shift = next(shift for shift in self._to_come if shift.agent.id == agent_id)
        self._to_come.remove(shift)
        self._on_duty[agent_id] = shift
        self._behaviour.leaving.discard(agent_id)
        await agents.sign_on(agent_id)
        self._changed()

    async def _shift_end(self, agents: SimulatedAgents, agent_id: str) -> None:
        """Home, when nobody is left alone with calls that were served in the record, and the last call is over."""
        shift = self._on_duty[agent_id]
        while not self._may_leave(shift, agents):
            await self._turn.wait()
        if self._on_duty.get(agent_id) is not shift:
            return
        self._behaviour.leaving.add(agent_id)
        await agents.go(agent_id, "away", "end of shift")
        while agents.busy(agent_id):
            await self._turn.wait()
        if self._on_duty.get(agent_id) is not shift:
            return
        await agents.sign_off(agent_id, "end of shift")
        del self._on_duty[agent_id]
        self._changed()

    def _may_leave(self, shift: Shift, agents: SimulatedAgents) -> bool:
        if shift.until_all_ended:
            return not self._open
        on_duty = [agents.profiles[other] for other in self._on_duty if other not in self._behaviour.leaving]
        return may_leave(shift.agent, on_duty, [later.agent for later in self._to_come], self._remaining)

    def _over(self, contact_id: str) -> None:
        if contact_id not in self._open:
            return
        self._open.discard(contact_id)
        call = self._schedule.calls[contact_id]
        if call.patience is None:
            self._remaining -= Counter((call.contact.service,))
        self._on_progress(len(self._schedule.calls) - len(self._open))
        self._changed()

    def _changed(self) -> None:
        """Wake whoever waits for things to change."""
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()
