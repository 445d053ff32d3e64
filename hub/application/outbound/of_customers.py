"""What adapters are to carry out that concerns a customer, in no conversation that is open: a contact to make, a survey
to ask, somebody to forget."""

from typing import Any

from hub.application.outbound.command import Command
from hub.application.outbound.conversations import Conversation
from hub.domain.contact import Channel
from hub.domain.customer.outbound.words import WORDS
from hub.domain.event import Event
from hub.domain.satisfaction.decide import customer_of_survey

_KEEPERS = (Channel.IN_PERSON,)
"""The channels whose adapters keep who came."""
_SENT = (
    "contact_id", "address", "answers", "purpose", "sender", "speaker", "service", "language", "agent_id", "report_by",
    *WORDS,
)  # fmt: skip
_GRANTED = ("grant_id", "proposition", "terms", "terms_hash", "terms_until")


def survey(position: int, stream: str, event: Any) -> list[Command]:
    """Told once, of the stream that it belongs to. It concerns no interaction that is open: `about` says which one, or
    which case."""
    if customer_of_survey(event.survey_id) != stream:
        return []
    told = {
        name: getattr(event, name) for name in ("survey_id", "kind", "about", "contact_id", "language", "expires_at")
    }
    asked = Conversation(
        "", event.channel.value, event.thread or event.survey_id, stream, event.contact_id, event.queue
    )
    return [Command(f"{stream}.{position}", position, event.at, "survey", asked, event.queue, told)]


def forgotten(position: int, stream: str, event: Event) -> list[Command]:
    """To adapters that keep who came, in no conversation: it concerns whatever they have of this customer."""
    return [
        Command(
            f"{stream}.{position}", position, event.at, "forgotten",
            Conversation("", channel.value, stream, stream, "", ""), "", {},
        )
        for channel in _KEEPERS
    ]  # fmt: skip


def send(position: int, event: Any) -> list[Command]:
    """Under the contact's own name, however often it is told. Of who was forgotten meanwhile nobody knows the
    address."""
    if not event.address:
        return []
    told = {name: getattr(event, name) for name in _SENT}
    told["attachments"] = [one.model_dump() for one in event.attachments]
    if event.grant_id:
        told["grant"] = {name: getattr(event, name) for name in _GRANTED}
    about = Conversation(
        event.correlation, event.channel.value, event.thread, event.customer_id, event.contact_id, event.queue
    )
    return [Command(event.contact_id, position, event.at, "send", about, event.queue, told)]
