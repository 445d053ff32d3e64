"""In which order what comes in one batch is taken: no contact overtakes what happened before it in its own thread."""

from collections.abc import Sequence

from hub.application.intake.envelope import Confirmation, Report
from hub.application.intake.turns import Thread
from hub.domain.contact import Contact, ConversationEvent


def thread_of(message: Contact | ConversationEvent) -> Thread:
    """Of the channel's own conversations."""
    if isinstance(message, ConversationEvent):
        return message.channel, message.thread
    return message.path.channel, message.thread or message.id


def in_order(parsed: Sequence[Report | Confirmation]) -> list[list[int]]:
    """The batch cut so that a contact never overtakes what happened before it in its own thread: in each part the
    contacts may go first, all in one commit, and the signals after them."""
    parts: list[list[int]] = [[]]
    signalled: set[Thread] = set()
    for index, message in enumerate(parsed):
        match message:
            case ConversationEvent():
                signalled.add(thread_of(message))
            case Contact():
                if thread_of(message) in signalled:
                    parts.append([])
                    signalled.clear()
        parts[-1].append(index)
    return parts
