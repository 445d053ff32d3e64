"""All that a channel adapter knows of the hub: what it reports, and what it is told."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from hub.application.intake.envelope import Confirmation
from hub.channels.command import Command
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.domain.refused_input import RefusedInput
from hub.domain.sign import SignKind


class Link(Protocol):
    """Reports return only when the hub has them durably, and are repeated until then: only after that may the wire be
    answered. Whoever can't wait sets a limit of their own; the same report later is harmless."""

    @property
    def name(self) -> str:
        """The adapter's, as in channels.toml."""
        ...

    @property
    def channel(self) -> Channel:
        """The one it carries."""
        ...

    async def contact(self, contact: Contact) -> Confirmation:
        """Report a contact; as often as you like, the hub keeps it once."""
        ...

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        """Report what happened in a running conversation."""
        ...

    async def refused(self, refused: RefusedInput) -> None:
        """Have what can't be taken kept where it is seen and tried again."""
        ...

    async def sign(self, thread: str, sign: SignKind) -> None:
        """What the agent sees of the customer beside words, if they look now: nobody keeps it."""
        ...

    async def carry_out(self, handle: Callable[[Command], Awaitable[None]]) -> None:
        """For ever: what the hub tells this channel, one after the other within a thread, threads side by side. A
        command is over when `handle` returns; when it raises, it is told again after a pause, and its thread waits."""
        ...

    async def announcements(self, handle: Callable[[Command], None]) -> None:
        """For ever: places and waits that are said again while somebody waits. What is missed is not said again."""
        ...

    async def retries(self, handle: Callable[[RefusedInput], Awaitable[Confirmation]]) -> None:
        """For ever: what was refused and is to be tried once more, its bytes in the attachment store. `handle` reports
        it as if it came now, and answers what the hub confirmed; it raises InvalidError where it is refused again."""
        ...
