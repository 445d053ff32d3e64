"""A customer of the demo who gets in touch by every channel one after the other, and then wants no more advertising:
whoever looks on finds one timeline of all of them."""

import asyncio
from collections.abc import Awaitable, Callable

from hub.domain.contact import Channel
from hub.simulated.client import HubClient
from hub.simulated.customers import SimulatedCustomers
from hub.simulated.population import CHATS_ABOUT, Person, Story, person

_NUMBER = 7
_PAUSE_SECONDS = 5.0
_KNOWN_TO_THE_PAGE = ("phone", "email")
_ABOUT = (
    (Channel.PHONE, "", ""),
    (Channel.EMAIL, "The bill of last month", "It has a position on it that I don't know."),
    (Channel.WEB, "", "Hello, I wrote you a mail about my bill. Did you get it?"),
    (Channel.SMS, "", "When can I come to you with the bill?"),
    (Channel.IN_PERSON, "The bill of last month", "About the bill."),
)

Stop = Callable[[Person], Awaitable[None]]
"""Sends their word that they want no more advertising, as a text message."""


def regular() -> Person:
    """Who it is, in every run."""
    return person(_NUMBER, _NUMBER + 1)


class Regular:
    """What they do in one run. Call `run` when the agents are there."""

    def __init__(self, customers: SimulatedCustomers, client: HubClient, stop: Stop) -> None:
        self._customers = customers
        self._client = client
        self._stop = stop

    async def run(self) -> None:
        """Calls, mails, chats on a page that knows who they are, texts, comes to the branch; then STOP."""
        who = regular()
        for channel, subject, text in _ABOUT:
            attested = _KNOWN_TO_THE_PAGE if channel is Channel.WEB else ()
            self._customers.comes(Story(who, channel, CHATS_ABOUT, subject, text, attested))
            if channel is Channel.PHONE:
                await self._agrees(who)
            await asyncio.sleep(_PAUSE_SECONDS)
        await asyncio.sleep(2 * _PAUSE_SECONDS)
        await self._stop(who)

    async def _agrees(self, who: Person) -> None:
        """On the phone, to advertising by text message and mail."""
        for kind, value, channel in (("phone", who.phone, Channel.SMS), ("email", who.email, Channel.EMAIL)):
            said = {
                "kind": kind, "value": value, "channel": channel, "purpose": "promotional", "said": "granted",
                "source": "phone conversation", "text_version": "demo-1",
            }  # fmt: skip
            await self._client.command("POST", "/v1/consents", said)
