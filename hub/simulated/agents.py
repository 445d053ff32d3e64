"""Simulated agents: they sign on, answer, talk and wrap up over the public API, as an agent's screen would."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple

from hub.domain.errors import HubError
from hub.simulated.behaviour import AgentProfile, Behaviour, Step, Work
from hub.simulated.casework import Casework
from hub.simulated.client import Answer, HubClient
from hub.simulated.errands import Errands, first_of
from hub.simulated.proposals import Proposals

_WANTED = frozenset(
    (
        "InteractionOffered",
        "OfferAccepted",
        "OfferTimedOut",
        "OfferRescinded",
        "InteractionEnded",
        "AgentStateChanged",
    )
)
_PAGE = 500
_NEVER_SECONDS = 86_400.0
"""Until an ignored offer would be taken after all: long after it has timed out, unless `hurry` comes first."""


class _Planned(NamedTuple):
    timer: asyncio.TimerHandle
    work: Work
    act: Callable[[Work], Coroutine[Any, Any, None]]


class AgentRefusedError(HubError):
    """The hub will not take what a simulated agent says: with its policy they can't work."""


class SimulatedAgents:
    """Many agents in one event loop, on one stream connection. After an interruption of the hub they resume the
    stream where it broke off and read anew what is open, so that nothing in their hands is forgotten.

    `speed`: the hub's seconds in one of ours. `on_change` hears of each piece of work that took a step. Without
    `proposals` they propose nothing, whatever the hub has for them; without `casework` they open no cases."""

    def __init__(
        self,
        client: HubClient,
        agents: Sequence[AgentProfile],
        behaviour: Behaviour,
        *,
        speed: float = 1.0,
        on_change: Callable[[Work], None] = lambda _: None,
        proposals: Proposals | None = None,
        casework: Casework | None = None,
    ) -> None:
        self.profiles = {profile.id: profile for profile in agents}
        self.counts: Counter[str] = Counter()
        self.works: dict[str, Work] = {}
        """What is in somebody's hands, by interaction."""
        self._client = client
        self._behaviour = behaviour
        self._speed = speed
        self._on_change = on_change
        self._proposals = proposals
        self._casework = casework
        self._timers: dict[str, _Planned] = {}
        self._errands = Errands()
        self._opened = asyncio.Event()

    async def run(self) -> None:
        """Follow the stream and work until cancelled. Sign-ons are the caller's: all at once or by shifts."""
        try:
            await first_of(self._follow(), self._errands.watch())
        finally:
            for planned in self._timers.values():
                planned.timer.cancel()
            self._timers.clear()
            await self._errands.close()

    async def ready(self) -> None:
        """Wait until the stream stands: whatever is offered from now on is seen."""
        await self._opened.wait()

    async def sign_on_all(self) -> None:
        """Everybody signs on; who is signed on already stays so."""
        await asyncio.gather(*(self.sign_on(agent) for agent in self.profiles))

    async def sign_on(self, agent_id: str) -> Any:
        """One agent arrives; the hub's answer."""
        profile = self.profiles[agent_id]
        body = {
            "name": profile.name,
            "skills": dict(profile.skills),
            "languages": list(profile.languages),
            "capacity": profile.capacity,
        }
        answer = await self._client.command("POST", f"/v1/agents/{agent_id}/sign-on", body)
        if answer.status != 200:
            raise AgentRefusedError(f"agent {agent_id} can't sign on: {answer.status} {answer.body}")
        return answer.body

    async def sign_off(self, agent_id: str, reason: str) -> None:
        """One agent leaves. What they still hold the hub deals with by its own rules."""
        await self._client.command("POST", f"/v1/agents/{agent_id}/sign-off", {"reason": reason})

    async def go(self, agent_id: str, state: str, reason: str = "") -> None:
        """One agent becomes `ready` or `away`; no matter if they have signed off meanwhile."""
        await self._client.command("PUT", f"/v1/agents/{agent_id}/state", {"state": state, "reason": reason})

    def busy(self, agent_id: str) -> bool:
        """Whether this agent holds anything: an offer, a conversation, a wrap-up."""
        return any(work.agent_id == agent_id for work in self.works.values())

    def hurry(self, seconds: float) -> None:
        """Whatever was planned for later happens within so many seconds: the day is over."""
        latest = asyncio.get_running_loop().time() + seconds / self._speed
        for planned in list(self._timers.values()):
            if planned.timer.when() > latest:
                self._later(planned.work, seconds, planned.act)

    async def _follow(self) -> None:
        async for event in self._client.stream([("agent", "*")], _WANTED, self._on_open):
            if event.name == "reset":
                self._errands.start(self._read_anew())
            elif event.data is not None:
                self._see(event.name, event.data)

    def _on_open(self) -> None:
        self._opened.set()
        self._errands.start(self._read_anew())

    def _see(self, name: str, told: dict[str, Any]) -> None:
        interaction, event = told["stream"], told["event"]
        match name:
            case "InteractionOffered":
                self._offered(interaction, event["offer_id"], event["agent_id"], told.get("offer") or {})
            case "OfferAccepted":
                work = self.works.get(interaction)
                if work is not None and work.step is Step.OFFERED and work.offer_id == event["offer_id"]:
                    self._talks(work)
            case "OfferTimedOut" | "OfferRescinded":
                work = self.works.get(interaction)
                if work is not None and work.offer_id == event["offer_id"]:
                    self._drop(work)
            case "InteractionEnded":
                work = self.works.get(interaction)
                if work is not None and work.agent_id == event["agent_id"]:
                    self._ended(work)
            case "AgentStateChanged":
                if event["state"] == "not_answering" and event["agent_id"] in self.profiles:
                    self._come_back(event["agent_id"], self._behaviour.back_after(event["agent_id"]))

    def _offered(self, interaction: str, offer_id: str, agent_id: str, brief: dict[str, Any]) -> None:
        known = self.works.get(interaction)
        if agent_id not in self.profiles or (known is not None and known.offer_id == offer_id):
            return
        if known is not None:
            self._drop(known)
        work = _work(interaction, agent_id, offer_id, brief)
        self.works[interaction] = work
        self.counts["offered"] += 1
        self._on_change(work)
        reaction = self._behaviour.reaction(work)
        if reaction.kind == "accept":
            self._later(work, reaction.after, self._accept)
        elif reaction.kind == "decline":
            self._later(work, reaction.after, self._decline)
        else:
            self.counts["ignored"] += 1
            self._later(work, _NEVER_SECONDS, self._accept)

    async def _accept(self, work: Work) -> None:
        answer = await self._client.command("POST", f"/v1/offers/{work.offer_id}/accept", {"agent_id": work.agent_id})
        if work.step is not Step.OFFERED:
            return  # their phone was picked up meanwhile
        if answer.status == 200:
            self._talks(work)
        else:
            self._drop(work)

    def _talks(self, work: Work) -> None:
        work.step = Step.TALKING
        self.counts["accepted"] += 1
        self._on_change(work)
        self._later(work, self._behaviour.talk(work), self._end)

    async def _decline(self, work: Work) -> None:
        body = {"agent_id": work.agent_id, "reason": "busy"}
        answer = await self._client.command("POST", f"/v1/offers/{work.offer_id}/decline", body)
        if answer.status != 200:
            return  # it is over, and the stream tells how
        self.counts["declined"] += 1
        self._drop(work)

    async def _end(self, work: Work) -> None:
        path = f"/v1/interactions/{work.interaction}"
        if self._proposals is not None:
            await self._proposals.made(work.interaction, work.agent_id)
        if words := self._behaviour.answer(work):
            said = {"agent_id": work.agent_id, "text": words, "request_id": f"{work.interaction}-answer"}
            told = await self._client.command("POST", f"{path}/messages", said)
            self.counts["written" if told.status == 202 else "not_written"] += 1
        answer = await self._client.command("POST", f"{path}/end", {"agent_id": work.agent_id})
        if answer.status == 200:
            self._ended(work)
        elif work.step is Step.TALKING:
            self._drop(work)

    def _ended(self, work: Work) -> None:
        if work.step >= Step.WRAPPING_UP:
            return
        work.step = Step.WRAPPING_UP
        self.counts["ended"] += 1
        self._on_change(work)
        wrap_up = self._behaviour.wrap_up(work)

        async def complete(work: Work) -> None:
            await self._wrap_up(work, wrap_up.code)

        self._later(work, wrap_up.seconds, complete)

    async def _wrap_up(self, work: Work, code: str) -> None:
        path, body = f"/v1/interactions/{work.interaction}", {"agent_id": work.agent_id, "code": code}
        answer = await self._client.command("POST", f"{path}/wrap-up", body)
        if _unanswered(answer) and self._proposals is not None:  # who was there hung up before they had ended it
            await self._proposals.made(work.interaction, work.agent_id)
            answer = await self._client.command("POST", f"{path}/wrap-up", body)
        if unanswered := _unanswered(answer):
            for proposition in unanswered:
                left = {"agent_id": work.agent_id, "proposition": proposition, "response": "not_presented"}
                await self._client.command("POST", f"{path}/responses", left)
            answer = await self._client.command("POST", f"{path}/wrap-up", body)
        if answer.status == 422:
            raise AgentRefusedError(f"agent {work.agent_id} can't wrap up {work.interaction}: {answer.body['detail']}")
        if answer.status == 200 and self._casework is not None:
            await self._casework.wrapped_up(work, code)
        if work.step is not Step.WRAPPING_UP:
            return
        self.counts["completed" if answer.status == 200 else "refused"] += 1
        self._forget(work, Step.DONE)
        rest = self._behaviour.rest(work)
        if rest > 0:
            await self.go(work.agent_id, "away", "break")
            self._come_back(work.agent_id, rest)

    def _drop(self, work: Work) -> None:
        if work.step < Step.DONE:
            self.counts["lost"] += 1
            self._forget(work, Step.LOST)

    def _forget(self, work: Work, step: Step) -> None:
        work.step = step
        if self.works.get(work.interaction) is work:
            del self.works[work.interaction]
            planned = self._timers.pop(work.interaction, None)
            if planned is not None:
                planned.timer.cancel()
        self._on_change(work)

    async def _read_anew(self) -> None:
        """Take up what is in our agents' hands according to the hub and unknown here."""
        for offer in (await self._client.get("/v1/offers"))["offers"]:
            self._offered(offer["interaction_id"], offer["offer_id"], offer["agent_id"], offer)
        for phase in ("active", "wrap_up"):
            for told in await self._pages("/v1/interactions", "interactions", phase=phase):
                self._take_up(told, phase)
        for agent in await self._pages("/v1/agents", "agents"):
            if agent["state"] in ("not_answering", "away") and agent["agent_id"] in self.profiles:
                self._come_back(agent["agent_id"], self._behaviour.back_after(agent["agent_id"]))

    def _take_up(self, told: dict[str, Any], phase: str) -> None:
        interaction, agent_id = told["interaction_id"], told["agent_id"]
        if agent_id not in self.profiles:
            return
        work = self.works.get(interaction)
        if work is None:
            work = self.works[interaction] = _work(interaction, agent_id, "", told)
            self.counts["taken_up"] += 1
        if phase == "wrap_up":
            self._ended(work)
        elif work.step is Step.OFFERED and not work.offer_id:
            self._talks(work)

    async def _pages(self, path: str, noun: str, **asked: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"after": ""}
        while page["after"] is not None:
            after = {"after": page["after"]} if page["after"] else {}
            page = await self._client.get(path, limit=_PAGE, **asked, **after)
            found.extend(page[noun])
        return found

    def _come_back(self, agent_id: str, seconds: float) -> None:
        if math.isinf(seconds):
            return
        asyncio.get_running_loop().call_later(
            seconds / self._speed, lambda: self._errands.start(self.go(agent_id, "ready"))
        )

    def _later(self, work: Work, seconds: float, act: Callable[[Work], Coroutine[Any, Any, None]]) -> None:
        """Do that after so many seconds of the hub's time, instead of whatever was planned for this work."""
        planned = self._timers.pop(work.interaction, None)
        if planned is not None:
            planned.timer.cancel()
        if seconds <= 0:
            self._errands.start(act(work))
            return
        loop = asyncio.get_running_loop()
        timer = loop.call_later(seconds / self._speed, lambda: self._errands.start(act(work)))
        self._timers[work.interaction] = _Planned(timer, work, act)


def _work(interaction: str, agent_id: str, offer_id: str, told: dict[str, Any]) -> Work:
    contact_id, channel, service, queue = (told.get(name, "") for name in ("contact_id", "channel", "service", "queue"))
    return Work(interaction, agent_id, offer_id, contact_id, channel, service, queue)


def _unanswered(answer: Answer) -> list[str]:
    """What a wrap-up that was refused still waits for: what they have not proposed."""
    told = answer.body if answer.status == 409 and isinstance(answer.body, dict) else {}
    fields = [str(one["field"]) for one in told.get("errors", ())]
    return [field.removeprefix("responses.") for field in fields if field.startswith("responses.")]
