"""Signs reach who has the conversation on the other side, and nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from hub.application.outbound.signs import Signs, sign_envelope
from hub.bus.outbound import OutboundMessage
from hub.channels.command import parse_command
from hub.clock import WallClock
from hub.domain.contact import Channel
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.interaction.state import Phase
from hub.domain.sign import Sign, SignKind


@dataclass
class Desk:
    """Agent ann has a chat."""

    phase: Phase = Phase.ACTIVE
    agent_id: str = "ann"
    said: list[OutboundMessage] = field(default_factory=list)
    whispered: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        about = SimpleNamespace(
            thread=(Channel.WEB, "chat-1"), state=SimpleNamespace(agent_id=self.agent_id, phase=self.phase),
            queued=SimpleNamespace(customer_id="customer-1"), placement=SimpleNamespace(queue="general"),
        )  # fmt: skip
        state: Any = SimpleNamespace(
            threads={(Channel.WEB, "chat-1"): "interaction-1"}, interactions={"interaction-1": about}
        )
        self.signs = Signs(lambda: state, self, WallClock(), lambda *told: self.whispered.append(told))

    async def announce(self, message: OutboundMessage) -> None:
        self.said.append(message)

    def hear(self, sign: SignKind, channel: str = "web", thread: str = "chat-1") -> None:
        self.signs.heard(channel, sign_envelope(Sign(channel=Channel.WEB, thread=thread, sign=sign), "/adapters/chat"))


def test_the_agent_who_has_the_conversation_is_told() -> None:
    desk = Desk()
    for kind in SignKind:
        desk.hear(kind)
    assert desk.whispered == [
        ("ann", "CustomerTyping", {"interaction_id": "interaction-1", "typing": True}),
        ("ann", "CustomerTyping", {"interaction_id": "interaction-1", "typing": False}),
        ("ann", "CustomerRead", {"interaction_id": "interaction-1"}),
    ]


def test_what_is_nobodys_or_nonsense_or_anothers_is_dropped() -> None:
    desk = Desk()
    desk.hear(SignKind.TYPING, thread="chat-2")
    desk.hear(SignKind.TYPING, channel="sms")
    for body in (b"", b"[]", b'{"data": 1}', orjson.dumps({"data": {"channel": "web", "thread": "chat-1"}})):
        desk.signs.heard("web", body)
    nobodys = Desk(agent_id="")
    nobodys.hear(SignKind.TYPING)
    assert desk.whispered == nobodys.whispered == []


@pytest.mark.parametrize("kind", list(SignKind))
async def test_the_customers_chat_is_told(kind: SignKind) -> None:
    desk = Desk()
    await desk.signs.tell("interaction-1", "ann", kind)
    [message] = desk.said
    told = parse_command(message.body)
    assert (message.channel, message.thread, told.thread, told.agent_id) == ("web", "chat-1", "chat-1", "ann")
    assert (told.command, told.on) == ("read" if kind is SignKind.READ else "typing", kind is SignKind.TYPING)


async def test_only_who_has_it_is_shown_to_its_customer() -> None:
    with pytest.raises(NotFoundError):
        await Desk().signs.tell("interaction-2", "ann", SignKind.TYPING)
    for desk in (Desk(agent_id="bob"), Desk(phase=Phase.WAITING)):
        with pytest.raises(RefusedError):
            await desk.signs.tell("interaction-1", "ann", SignKind.TYPING)
        assert desk.said == []
