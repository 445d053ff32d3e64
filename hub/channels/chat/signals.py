"""What a chat tells the hub, in the hub's words: pure."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from hub.channels.chat.conversation import Visitor
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.visitors import Signed, address_of, thread_of
from hub.domain.contact import (
    Attachment,
    Channel,
    Contact,
    ConversationEvent,
    ConversationSignal,
    Declared,
    GivenConsent,
    Identifier,
    Path,
)


def identifiers_of(signed: Signed) -> tuple[Identifier, ...]:
    """What the operator's site vouches for."""
    told = {"customer_number": signed.customer_number, "email": signed.email, "phone": signed.phone}
    return tuple(Identifier(kind=kind, value=value, verified=True) for kind, value in told.items() if value)


def message(
    visitor: str, known: Visitor, name: str, text: str, files: Sequence[Attachment], at: datetime, chat: ChatSettings
) -> Contact:
    """A message of theirs. `name`: the widget's."""
    return Contact(
        id=f"{thread_of(visitor)}-{sha256(name.encode()).hexdigest()[:24]}",
        path=Path(channel=Channel.WEB, address=address_of(visitor), sender=chat.sender), occurred_at=at,
        identifiers=known.identifiers, thread=thread_of(visitor), service=chat.service, language=known.language,
        text=text, attachments=tuple(files), declared=Declared(name=known.name),
    )  # fmt: skip


def left(visitor: str, about: str, at: datetime, *, dropped: bool) -> ConversationEvent:
    """The visitor is gone. `about`: the conversation they left."""
    name = f"{thread_of(visitor)}-left-{sha256(about.encode()).hexdigest()[:12]}"
    return _event(name, visitor, ConversationSignal.CUSTOMER_LEFT, at, dropped=dropped)


def sent(contact_id: str, visitor: str, at: datetime) -> ConversationEvent:
    """It is in their chat."""
    return _event(f"{contact_id}.sent", visitor, ConversationSignal.SENT, at, contact_id=contact_id)


def failed(contact_id: str, visitor: str, at: datetime, reason: str) -> ConversationEvent:
    """They will not see it there."""
    return _event(
        f"{contact_id}.failed", visitor, ConversationSignal.FAILED, at, contact_id=contact_id, reason=reason[:200]
    )


def consented(visitor: str, about: Identifier, given: GivenConsent, at: datetime) -> ConversationEvent:
    """They said yes; the same words about the same address are said once."""
    said = f"{about.kind} {about.value} {given.channel} {given.purpose} {given.text_version}"
    name = f"{thread_of(visitor)}-yes-{sha256(said.encode()).hexdigest()[:16]}"
    return _event(name, visitor, ConversationSignal.CONSENT_GIVEN, at, identifier=about, consent=given)


def asked_for_code(visitor: str, number: int, about: Identifier, language: str, at: datetime) -> ConversationEvent:
    """A code is to be sent there. `number`: of what they ever asked."""
    return _event(
        f"{thread_of(visitor)}-code-{number}-{at.timestamp():.0f}", visitor, ConversationSignal.CODE_ASKED, at,
        identifier=about, address=address_of(visitor), language=language,
    )  # fmt: skip


def told_code(visitor: str, number: int, about: Identifier, code: str, at: datetime) -> ConversationEvent:
    """The code, as they read it."""
    return _event(
        f"{thread_of(visitor)}-told-{number}-{at.timestamp():.0f}", visitor, ConversationSignal.CODE_TOLD, at,
        identifier=about, address=address_of(visitor), code=code.strip(),
    )  # fmt: skip


def transcript(
    visitor: str, number: int, to: Identifier, interaction_id: str, language: str, at: datetime
) -> ConversationEvent:
    """What was said is to go there."""
    return _event(
        f"{thread_of(visitor)}-mail-{number}-{at.timestamp():.0f}", visitor, ConversationSignal.TRANSCRIPT_ASKED, at,
        identifier=to, interaction_id=interaction_id, language=language,
    )  # fmt: skip


def _event(name: str, visitor: str, signal: ConversationSignal, at: datetime, **more: Any) -> ConversationEvent:
    return ConversationEvent(
        id=name, channel=Channel.WEB, thread=thread_of(visitor), signal=signal, occurred_at=at, **more
    )
