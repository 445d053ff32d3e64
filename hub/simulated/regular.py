"""A customer of the demo who gets in touch by every channel one after the other, and then wants no more advertising:
whoever looks on finds one timeline of all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from hub.domain.contact import Channel, Contact, Declared, Identifier, Path
from hub.simulated.client import HubClient
from hub.simulated.customers import SimulatedCustomers
from hub.simulated.population import CHATS_ABOUT, Person, Story, person

_NUMBER = 7
_PAUSE_SECONDS = 6.0
_ABOUT = (
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

    def __init__(
        self,
        customers: SimulatedCustomers,
        client: HubClient,
        stop: Stop,
        now: Callable[[], datetime],
        *,
        run_name: str,
    ) -> None:
        self._customers = customers
        self._client = client
        self._stop = stop
        self._now = now
        self._run_name = run_name

    async def run(self) -> None:
        """Calls, where they say who they are; mails, chats, texts, comes to the branch; then STOP."""
        who = regular()
        await self._call(who)
        for channel, subject, text in _ABOUT:
            await asyncio.sleep(_PAUSE_SECONDS)
            self._customers.comes(Story(who, channel, CHATS_ABOUT, subject, text))
        await asyncio.sleep(2 * _PAUSE_SECONDS)
        await self._stop(who)

    async def _call(self, who: Person) -> None:
        """A call in which they prove all that they are known by, and agree to advertising by text message and mail."""
        name = f"{self._run_name}-regular"
        known_by = (("customer_number", f"C{who.number:07d}"), ("phone", who.phone), ("email", who.email))
        call = Contact(
            id=name,
            thread=name,
            service=CHATS_ABOUT,
            path=Path(channel=Channel.PHONE, address=who.phone),
            identifiers=tuple(Identifier(kind=kind, value=value, verified=True) for kind, value in known_by),
            declared=Declared(segment=who.segment, value_tier=who.value_tier, lifecycle_stage=who.stage, name=who.name),
            occurred_at=self._now(),
        )
        await self._customers.tell(call)
        for kind, value, channel in (("phone", who.phone, Channel.SMS), ("email", who.email, Channel.EMAIL)):
            said = {
                "kind": kind, "value": value, "channel": channel, "purpose": "promotional", "said": "granted",
                "source": "phone conversation", "text_version": "demo-1",
            }  # fmt: skip
            await self._client.command("POST", "/v1/consents", said)
