"""What simulated customers say of advertising: recorded over the API before they first get in touch by that way."""

from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.simulated.client import HubClient
from hub.simulated.customers import Wire
from hub.simulated.population import opinion

_KINDS = {Channel.PHONE: "phone", Channel.SMS: "phone", Channel.EMAIL: "email"}


class ConsentWire:
    """Hands everything on to `others`. Who has no opinion was never asked; there is no contact point in a branch."""

    def __init__(self, others: Wire, client: HubClient) -> None:
        self._others = others
        self._client = client
        self._asked = set[tuple[Channel, str]]()

    def known_as(self, contact: Contact) -> str:
        """As a wire's."""
        return self._others.known_as(contact)

    async def contact(self, contact: Contact) -> bool:
        """As a wire's."""
        await self._say(contact)
        return await self._others.contact(contact)

    async def conversation(self, event: ConversationEvent) -> bool:
        """As a wire's."""
        return await self._others.conversation(event)

    async def _say(self, contact: Contact) -> None:
        channel, address = contact.path.channel, contact.path.address
        if channel not in _KINDS or (channel, address) in self._asked:
            return
        self._asked.add((channel, address))
        if said := opinion(address):
            wording = {"text_version": "demo-1"} if said == "granted" else {}
            body = {
                "kind": _KINDS[channel], "value": address, "channel": channel.value, "purpose": "promotional",
                "said": said, "source": "web form", **wording,
            }  # fmt: skip
            await self._client.command("POST", "/v1/consents", body)
