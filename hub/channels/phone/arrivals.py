"""Who calls by themselves, at the door: new calls, taken, left to the PBX's own queue, or turned away; and agents who
lost their line."""

import asyncio
import logging

from hub.channels.phone.actions import Request, go_on_in, hang_up, speak, turn_away
from hub.channels.phone.ari import Ari, AriError
from hub.channels.phone.calls import Calls
from hub.channels.phone.causes import BUSY, NO_NUMBER
from hub.channels.phone.happenings import Arrived, CameBack
from hub.channels.phone.limits import LONGEST_NUMBER, Limits, Verdict
from hub.channels.phone.lines import whose
from hub.channels.phone.refusals import KnownCall, Refusals
from hub.channels.phone.settings import PhoneSettings

log = logging.getLogger(__name__)

_BEING_KEPT = 100
"""Calls on their way to where refused ones are kept; more of them are only logged."""


class Arrivals:
    """Sees to it that no flood of calls grows the process."""

    def __init__(self, pbx: Ari, calls: Calls, refusals: Refusals, settings: PhoneSettings) -> None:
        self._pbx = pbx
        self._calls = calls
        self._refusals = refusals
        self._settings = settings
        self._limits = Limits(settings)
        self._keeping = set[asyncio.Task[None]]()

    async def take(self, thread: str, call: Arrived) -> None:
        """A customer calls. Heard twice it is the same call."""
        if thread in self._calls:
            return
        match self._limits.judge(call.caller, len(self._calls), asyncio.get_running_loop().time()):
            case Verdict.TAKEN:
                await self._calls.arrived(thread, call)
            case Verdict.PBX:
                log.warning("call %s goes to the PBX's own queue: %d calls stand", thread, len(self._calls))
                if language := self._settings.line(call.dialled).language:
                    await self._ask(speak(call.channel, language))
                await self._ask(go_on_in(call.channel, self._settings.fallback_context, call.dialled))
            case Verdict.BUSY:
                log.warning("call %s is turned away: its caller called too often within a minute", thread)
                await self._ask(turn_away(call.channel, BUSY))
            case Verdict.UNREADABLE:
                await self._ask(turn_away(call.channel, NO_NUMBER))
                self._keep(KnownCall(thread=thread, caller=call.caller, dialled=call.dialled, began=call.at))

    async def back(self, agent: CameBack) -> None:
        """An agent who lost the line to a call; where they have none any more they hear so."""
        calls = (call for call in self._calls.standing if whose(call, agent.phone, self._settings) is not None)
        call = next(calls, None)
        if call is None:
            await self._ask(hang_up(agent.channel))
        else:
            self._calls.happened(call.thread, agent)

    def close(self) -> None:
        """What is not kept by now is given up."""
        for task in self._keeping:
            task.cancel()

    def _keep(self, known: KnownCall) -> None:
        if len(self._keeping) >= _BEING_KEPT:
            log.error("call %s can't be taken, and is not kept: too many like it", known.thread)
            return
        reason = f"the caller's number has {len(known.caller)} characters, at most {LONGEST_NUMBER} can be one"
        task = asyncio.create_task(self._refusals.refuse(known, reason, "caller"))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _ask(self, request: Request) -> None:
        try:
            await self._pbx.ask(request)
        except AriError as error:
            log.warning("%s", error)
