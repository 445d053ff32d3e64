"""An answer that did not arrive is sent once more: the same words, to the same address."""

from hub.application.paths.contacts_facts import WantedContact
from hub.application.paths.decisions import AskedAs, decision_id
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.outbound.state import OutboundContact, Phase
from hub.domain.customer.outbound.words import says_something, words_of
from hub.domain.errors import NotFoundError, RefusedError
from hub.paths.propositions.model import Sender

_DID_NOT_ARRIVE = (Phase.FAILED, Phase.GIVEN_UP, Phase.UNREPORTED)


def request_of_repeat(outbound_id: str) -> str:
    """One for each answer: two who send it again at once send it once."""
    return f"again/{outbound_id}"


def repeat_of(one: OutboundContact) -> str:
    """What the contact is called by which this one is sent again, if it is."""
    return decision_id(one.planned.customer_id, request_of_repeat(one.outbound_id), AskedAs.CONTACT)


def once_more(one: OutboundContact | None, customer: str, interaction_id: str, agent_id: str) -> WantedContact:
    """Raises NotFoundError of what is no answer of this conversation, RefusedError of what can't be sent again."""
    if one is None or one.planned.correlation != interaction_id or one.planned.purpose is not Purpose.REPLY:
        raise NotFoundError("there is no such answer in this conversation: name one by its outbound_id")
    planned = one.planned
    if one.phase not in _DID_NOT_ARRIVE:
        raise RefusedError(f"this answer is {one.phase.value}: only what did not arrive is sent again")
    if not says_something(planned):
        raise RefusedError("what it said is not kept any more: write it anew")
    if planned.came_in_on is Channel.EMAIL and not planned.answers:
        raise RefusedError("whom this mail was meant for was not noted yet when it was written: write it anew")
    return WantedContact(
        customer, Purpose.REPLY, Sender(planned.sender), planned.channels, service=planned.service,
        language=planned.language, interaction_id=interaction_id, agent_id=agent_id,
        answers=planned.answers if planned.came_in_on is Channel.EMAIL else "", forwarded_to=planned.forwarded_to,
        **words_of(planned),
    )  # fmt: skip
