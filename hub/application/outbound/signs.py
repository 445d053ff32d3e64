"""Signs between customer and agent: that the other is typing, or has read. They are no facts, and kept nowhere."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson
from pydantic import ValidationError

from hub.application.outbound.command import COMMAND_TYPE, SOURCE
from hub.bus.outbound import OutboundMessage
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.interaction.state import Phase
from hub.domain.sign import Sign, SignKind
from hub.ports import Clock
from hub.router.pool.state import PoolState

SIGN_TYPE = "hub.sign.v1"
_TALKS = (Phase.ACTIVE, Phase.WRAP_UP, Phase.PARKED)


class Wire(Protocol):
    """The way to the adapters. Raises BusError."""

    async def announce(self, message: OutboundMessage) -> None: ...


Whisper = Callable[[str, str, Mapping[str, Any]], None]
"""Tells an agent's streams something that is no event: agent, name, data."""


def sign_envelope(sign: Sign, source: str) -> bytes:
    """As an adapter sends it."""
    return orjson.dumps(
        {"specversion": "1.0", "id": f"{sign.thread}.{sign.sign}", "source": source, "type": SIGN_TYPE,
         "data": sign.model_dump(mode="json")}
    )  # fmt: skip


class Signs:
    """`state`: the routing pool's, as of now."""

    def __init__(self, state: Callable[[], PoolState], wire: Wire, clock: Clock, whisper: Whisper) -> None:
        self._state = state
        self._wire = wire
        self._clock = clock
        self._whisper = whisper

    def heard(self, channel: str, body: bytes) -> None:
        """Of a customer: told to the agent who has their conversation. What is no sign, or nobody's, is dropped."""
        try:
            sign = Sign.model_validate(orjson.loads(body)["data"])
        except (ValidationError, orjson.JSONDecodeError, KeyError, TypeError):
            return
        state = self._state()
        stream = state.threads.get((sign.channel, sign.thread), "")
        about = state.interactions.get(stream)
        if sign.channel.value == channel and about is not None and about.state.agent_id:
            name = "CustomerRead" if sign.sign is SignKind.READ else "CustomerTyping"
            told = {"interaction_id": stream, "typing": sign.sign is SignKind.TYPING}
            if sign.sign is SignKind.READ:
                told = {"interaction_id": stream}
            self._whisper(about.state.agent_id, name, told)

    async def tell(self, interaction_id: str, agent_id: str, sign: SignKind) -> None:
        """Of the agent: told to the customer, if they are there. Raises NotFoundError, RefusedError, BusError."""
        about = self._state().interactions.get(interaction_id)
        if about is None:
            raise NotFoundError(f"there is no open interaction {interaction_id}")
        if about.state.agent_id != agent_id or about.state.phase not in _TALKS:
            raise RefusedError(f"agent {agent_id} does not have this interaction")
        channel, thread = about.thread
        now = self._clock.now()
        name = f"{interaction_id}.sign.{int(now.timestamp() * 1000)}"
        command = "read" if sign is SignKind.READ else "typing"
        data = {"command": command, "interaction_id": interaction_id, "channel": channel, "thread": thread,
                "customer_id": about.queued.customer_id, "queue": about.placement.queue, "agent_id": agent_id,
                "on": sign is SignKind.TYPING}  # fmt: skip
        body = {"specversion": "1.0", "id": name, "source": SOURCE, "type": COMMAND_TYPE, "time": now,
                "datacontenttype": "application/json", "data": data}  # fmt: skip
        message = OutboundMessage(channel, thread, name, 0, orjson.dumps(body, option=orjson.OPT_UTC_Z))
        await self._wire.announce(message)
