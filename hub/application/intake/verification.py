"""How a customer proves that a phone or a mail address is theirs: a code is sent there, and they tell it."""

import hmac
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from hub.application.customer_cache import fold as customer_of
from hub.application.customers.consents import Consents
from hub.application.deciding import append_decided, meta_of, refuse_forgotten
from hub.application.linking.identity import By
from hub.application.paths.contacts_facts import WantedContact
from hub.domain.contact import Channel, Declared, Identifier
from hub.domain.customer.attested import AttestCustomer, attest_customer
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import ContactPoint
from hub.domain.customer.decide import observe
from hub.domain.customer.verification import decide
from hub.domain.customer.verification.decide import HOLDS, Verification, code_of
from hub.domain.customer.verification.events import VERIFICATION_EVENTS, VerificationFailed
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.ids import derive
from hub.paths.propositions.model import Sender
from hub.ports import Append, Clock, Journal, Recorded

SENT_BY = {"phone": Channel.SMS, "email": Channel.EMAIL}
"""What can be proven, and on which channel its code goes there."""
_WORDS = {
    "en": ("Your code", "Your code is {code}. It is valid for 10 minutes. We will never ask you for it."),
    "fa": ("کد شما", "کد شما {code} است و ۱۰ دقیقه اعتبار دارد. هیچ‌یک از کارکنان ما آن را از شما نمی‌پرسد."),
}


class Contacts(Protocol):
    """Has contacts made."""

    async def ask(self, wanted: WantedContact, *, request: str, actor: str, command_id: str) -> Any:
        """The same request is the same contact."""
        ...


class Links(Protocol):
    """Says that two streams are one customer."""

    async def declare(self, one: str, other: str, by: By) -> list[Recorded]:
        """It overrules nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody (`asker`, by the address they speak from) says that an identifier is theirs."""

    identifier: Identifier
    asker: Identifier
    language: str
    actor: str
    command_id: str


class Verifications:
    """Both calls may be repeated under the same command id. `key`: the installation's."""

    def __init__(
        self, journal: Journal, clock: Clock, key: bytes, consents: Consents, contacts: Contacts, links: Links
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._key = key
        self._consents = consents
        self._contacts = contacts
        self._links = links

    async def ask(self, claim: Claim) -> None:
        """A code is on its way when this returns. Raises InvalidError, RefusedError."""
        channel = SENT_BY.get(claim.identifier.kind)
        if channel is None:
            raise InvalidError(f"a code can be sent to one of {', '.join(SENT_BY)}", "identifier.kind")
        point = self._consents.point_of(claim.identifier.kind, claim.identifier.value)
        stream, asker = self._stream(claim.identifier), self._stream(claim.asker)
        name = "verification-" + derive(self._key, "verification", stream, claim.command_id)

        async def attempt() -> list[Append]:
            history = (await self._journal.load([stream]))[stream]
            refuse_forgotten(history, stream)
            meta = meta_of(self._clock, claim.actor, claim.command_id)
            asked = decide.ask(_of(history), name, asker, meta)
            if not asked:
                return []
            claimed = Identifier(kind=point.kind, value=point.value)
            known = customer_of(None, history).customer
            new = attest_customer(
                known,
                AttestCustomer((claimed,), Declared(), meta["at"], meta["at"], claim.actor, claim.command_id),
            )
            return [Append(stream, history[-1].version if history else 0, [*new, *asked])]

        await append_decided(self._journal, attempt)
        await self._send(claim, stream, point, channel, name)

    async def _send(self, claim: Claim, stream: str, point: ContactPoint, channel: Channel, name: str) -> None:
        language = claim.language.partition("-")[0].lower()
        subject, text = _WORDS.get(language, _WORDS["en"])
        wanted = WantedContact(
            stream, Purpose.TRANSACTIONAL, Sender.HUB, (channel,), "" if channel is Channel.SMS else subject,
            text.format(code=code_of(self._key, name)), point=point.point, by=self._clock.now() + HOLDS,
            language=language,
        )  # fmt: skip
        decided = await self._contacts.ask(wanted, request=name, actor=claim.actor, command_id=claim.command_id)
        if decided.event.outcome == "nothing":
            raise RefusedError(f"no code can be sent there: {', '.join(decided.event.closed) or 'nobody is reached'}")

    async def tell(self, claim: Claim, code: str) -> None:
        """The identifier is theirs for sure when this returns. Raises InvalidError, RefusedError."""
        stream, asker = self._stream(claim.identifier), self._stream(claim.asker)
        value = self._consents.point_of(claim.identifier.kind, claim.identifier.value).value
        digits = "".join(str(unicodedata.digit(one)) for one in code if one.isdigit())

        async def attempt() -> Sequence[Append]:
            history = (await self._journal.load([stream]))[stream]
            known = _of(history)
            right = code_of(self._key, known.newest.verification_id) if known.newest else ""
            meta = meta_of(self._clock, claim.actor, claim.command_id)
            is_right = hmac.compare_digest(digits.encode(), right.encode())
            events: list[Event] = decide.tell(known, asker, is_right=is_right, meta=meta)
            if events and is_right:
                theirs = Identifier(kind=claim.identifier.kind, value=value, verified=True)
                events += observe(customer_of(None, history).customer, (theirs,), meta)
            return [Append(stream, history[-1].version if history else 0, events)]

        done = await append_decided(self._journal, attempt)
        if any(isinstance(one.event, VerificationFailed) for one in done) or not await self._passed(stream, claim):
            raise RefusedError("this is not the code that was sent there")
        by = By(claim.actor, claim.command_id, "a code that was sent there was told")
        with suppress(NotFoundError, RefusedError):  # who never wrote has no stream: their first contact links them
            await self._links.declare(asker, stream, by)

    async def _passed(self, stream: str, claim: Claim) -> bool:
        passed = _of((await self._journal.load([stream]))[stream]).passed
        return passed is not None and passed.causation == claim.command_id

    def _stream(self, identifier: Identifier) -> str:
        return self._consents.customer_of(identifier.kind, identifier.value)


def _of(history: Sequence[Recorded]) -> Verification:
    return decide.fold(one.event for one in history if isinstance(one.event, VERIFICATION_EVENTS))
