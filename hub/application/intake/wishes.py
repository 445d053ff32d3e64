"""What customers want beside talking, as adapters report it: consent, to prove who they are, what was said by mail, a
visit at a time; and what visits were."""

from typing import NamedTuple, Protocol

from hub.application.conversations.transcripts import Asked
from hub.application.customers.consents import Consents, Statement
from hub.application.intake.verification import Claim
from hub.domain.contact import ConversationEvent, ConversationSignal, Identifier
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.identity import ADDRESS_KIND
from hub.domain.errors import InvalidError

WISHES = frozenset(
    (
        ConversationSignal.CONSENT_GIVEN,
        ConversationSignal.CODE_ASKED,
        ConversationSignal.CODE_TOLD,
        ConversationSignal.TRANSCRIPT_ASKED,
        ConversationSignal.APPOINTMENT,
        ConversationSignal.VISITED,
    )
)


class Verifications(Protocol):
    """Sends codes, and looks at what is told."""

    async def ask(self, claim: Claim) -> None:
        """Raises InvalidError, RefusedError."""
        ...

    async def tell(self, claim: Claim, code: str) -> None:
        """Raises InvalidError, RefusedError."""
        ...


class Transcripts(Protocol):
    """Sends what was said."""

    async def send(self, asked: Asked) -> None:
        """Raises InvalidError, RefusedError."""
        ...


class Appointments(Protocol):
    """Notes them, and tells their customers."""

    async def take(self, signal: ConversationEvent, whose: Identifier) -> str:
        """The customer's stream. Raises InvalidError, RefusedError."""
        ...


class Visits(Protocol):
    """Puts visits on record."""

    async def take(self, signal: ConversationEvent) -> None:
        """Raises InvalidError."""
        ...


class Taken(NamedTuple):
    """`customer_id`: whose it is, where the adapter is to know. `said_before`: it was so already."""

    customer_id: str = ""
    said_before: bool = False


class CustomerWishes:
    """Each signal is done when this returns, however often it comes."""

    def __init__(
        self, consents: Consents, verifications: Verifications, transcripts: Transcripts, appointments: Appointments,
        visits: Visits,
    ) -> None:  # fmt: skip
        self._consents = consents
        self._verifications = verifications
        self._transcripts = transcripts
        self._appointments = appointments
        self._visits = visits

    async def take(self, signal: ConversationEvent) -> Taken:
        """Raises InvalidError and RefusedError."""
        actor = f"adapter:{signal.channel.value}"
        about = signal.identifier
        if signal.signal is ConversationSignal.VISITED:
            await self._visits.take(signal)
            return Taken()
        if about is None:
            raise InvalidError(f"{signal.signal} takes the identifier that it is about", "identifier")
        match signal.signal:
            case ConversationSignal.CONSENT_GIVEN:
                return Taken(said_before=await self._consent(signal, about, actor))
            case ConversationSignal.APPOINTMENT:
                return Taken(await self._appointments.take(signal, about))
            case ConversationSignal.TRANSCRIPT_ASKED:
                asked = Asked(
                    signal.interaction_id, signal.channel, signal.thread, about, signal.language, actor, signal.id
                )
                await self._transcripts.send(asked)
            case ConversationSignal.CODE_ASKED:
                await self._verifications.ask(_claim(signal, about, actor))
            case _:
                if not signal.code:
                    raise InvalidError("code_told takes the code that the customer read", "code")
                await self._verifications.tell(_claim(signal, about, actor), signal.code)
        return Taken()

    async def _consent(self, signal: ConversationEvent, about: Identifier, actor: str) -> bool:
        """Whether it was so before."""
        given = signal.consent
        if given is None:
            raise InvalidError("consent_given takes what was consented to", "consent")
        try:
            purpose = Purpose(given.purpose)
        except ValueError:
            raise InvalidError(f"{given.purpose!r} is no purpose", "consent.purpose") from None
        told = Statement(about.kind, about.value, actor, "customer", signal.id, at=signal.occurred_at)
        changed = await self._consents.grant(told, given.channel.value, purpose, given.text_version, None)
        return not changed and not await self._consents.was_said_by(told)


def _claim(signal: ConversationEvent, about: Identifier, actor: str) -> Claim:
    if not signal.address:
        raise InvalidError(f"{signal.signal} takes the address that the customer speaks from", "address")
    asker = Identifier(kind=ADDRESS_KIND[signal.channel], value=signal.address)
    return Claim(about, asker, signal.language, actor, signal.id)
