"""What was said in a conversation, sent to its customer by mail: only where the address is theirs for sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from hub.application.conversations.messages import Message, Said, opened, talk_of
from hub.application.linking.by_contacts import whole_customers
from hub.application.paths.contacts_facts import WantedContact
from hub.domain.canned.dates import day_in, time_in
from hub.domain.contact import Channel, Identifier
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import ContactPoint
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.model import Sender
from hub.paths.time.zones import zone_of_point
from hub.ports import Journal

LONGEST = 90_000
_WORDS = {"en": ("Your conversation with us", "You", "We", ", "), "fa": ("گفت‌وگوی شما با ما", "شما", "ما", "، ")}


class Contacts(Protocol):
    """Has contacts made."""

    async def ask(self, wanted: WantedContact, *, request: str, actor: str, command_id: str) -> Any:
        """The same request is the same contact."""
        ...


class Points(Protocol):
    """Knows contact points."""

    def customer_of(self, kind: str, value: str) -> str:
        """The stream of one."""
        ...

    def point_of(self, kind: str, value: str) -> ContactPoint:
        """In its one spelling."""
        ...

    async def of_point(self, kind: str, value: str) -> Any:
        """Where it stands."""
        ...


class Policies(Protocol):
    """Knows the path policy in force."""

    async def policy(self) -> PathPolicy:
        """It."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which conversation, and where they want it."""

    interaction_id: str
    channel: Channel
    thread: str
    to: Identifier
    language: str
    actor: str
    command_id: str


class Transcripts:
    """The same command is the same mail."""

    def __init__(self, journal: Journal, points: Points, contacts: Contacts, policies: Policies) -> None:
        self._journal = journal
        self._points = points
        self._contacts = contacts
        self._policies = policies

    async def send(self, asked: Asked) -> None:
        """It is on its way when this returns. Raises InvalidError, RefusedError."""
        if asked.to.kind != "email":
            raise InvalidError("a transcript goes to a mail address", "identifier.kind")
        point = self._points.point_of("email", asked.to.value)
        stream = self._points.customer_of("email", asked.to.value)
        talk = await self._talk(asked)
        await self._refuse_strangers(talk.customer_id, stream, point.value)
        subject, text = written(talk.messages, asked.language, await self._zone(point))
        if not text:
            raise RefusedError("nothing was said in it")
        wanted = WantedContact(
            stream, Purpose.TRANSACTIONAL, Sender.HUB, (Channel.EMAIL,), subject, text, point=point.point,
            language=asked.language,
        )  # fmt: skip
        decided = await self._contacts.ask(
            wanted, request=asked.command_id, actor=asked.actor, command_id=asked.command_id
        )
        if decided.event.outcome == "nothing":
            raise RefusedError(f"it can't be sent there: {', '.join(decided.event.closed) or 'nobody is reached'}")

    async def _talk(self, asked: Asked) -> Any:
        """An adapter has its own conversations sent, no others."""
        try:
            first = (await opened(self._journal, asked.interaction_id)).first
        except NotFoundError as error:
            raise InvalidError(str(error), "interaction_id") from None
        if (first.channel, first.thread or first.contact_id) != (asked.channel, asked.thread):
            raise InvalidError("this is another thread's conversation", "interaction_id")
        return await talk_of(self._journal, asked.interaction_id)

    async def _zone(self, point: ContactPoint) -> tzinfo:
        """Of the clock on their wall, as far as anybody says."""
        _, standing = await self._points.of_point(point.kind, point.value)
        said, policy = standing.preference([point.point]), await self._policies.policy()
        zone = zone_of_point(point, said.time_zone if said else "", "", policy.quiet_hours)
        return ZoneInfo(zone.name) if zone.is_known else UTC

    async def _refuse_strangers(self, customer: str, stream: str, value: str) -> None:
        known = await whole_customers(self._journal, [customer])
        theirs = any(
            seen.verified and (seen.kind, seen.value) == ("email", value)
            for one in known.values()
            for seen in one.customer.identifiers
        )
        if not theirs and stream not in known:
            raise RefusedError("this mail address is not proven to be the customer's: have a code sent there")
        if not theirs:
            raise RefusedError("this mail address is only claimed by the customer: have a code sent there")


def written(messages: Sequence[Message], language: str, zone: tzinfo) -> tuple[str, str]:
    """Subject and text. The newest messages, where all of them are too many."""
    subject, you, we, comma = _WORDS.get(language.partition("-")[0].lower(), _WORDS["en"])
    parts: list[str] = []
    room = LONGEST
    for one in reversed(messages):
        files = "".join(f"\n[{file.name}]" for file in one.attachments)
        if one.direction is Said.INTERNAL or not (one.text.strip() or files):
            continue
        who = you if one.direction is Said.INBOUND else we
        part = f"{who}{comma}{_moment(one.at.astimezone(zone), language, comma)}\n{one.text.strip()}{files}\n"
        room -= len(part) + 1
        if parts and room < 0:
            break
        parts.append(part[:LONGEST])
    return subject, "\n".join(reversed(parts))


def _moment(at: datetime, language: str, comma: str) -> str:
    told = f"{day_in(language, at.date())}{comma}{time_in(language, at.time())}"
    return f"{told} UTC" if at.tzinfo is UTC else told
