"""Who calls, writes and comes in the demo, and what about: drawn from a seed, without I/O."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hub.domain.contact import Channel, Contact, Declared, Direction, Identifier, Path

SERVICES: Mapping[str, float] = {"support": 0.20, "sales": 0.35, "billing": 0.28, "complaints": 0.17}
"""What customers get in touch about, and how often, wherever they don't chat."""

CHATS_ABOUT = "support"
"""The chat is beside the pages of this service."""

# fmt: off
_FIRST = (
    "Sara", "Ali", "Maryam", "Reza", "Leila", "Omid", "Nasrin", "Kaveh", "Shirin", "Babak", "Mina", "Arash", "Parisa",
    "Hamid", "Roya", "Dariush", "Laleh", "Farhad", "Anna", "Jonas", "Elena", "Marco", "Sofie", "Thomas", "Ines",
    "Pavel",
)
# fmt: on
# fmt: off
_LAST = (
    "Ahmadi", "Karimi", "Rahimi", "Hosseini", "Moradi", "Jafari", "Sadeghi", "Kazemi", "Rostami", "Ebrahimi", "Azadi",
    "Farahani", "Tehrani", "Shirazi", "Keller", "Rossi", "Novak", "Jensen", "Moreau", "Silva",
)
# fmt: on
_ABOUT: Mapping[str, Sequence[tuple[str, str]]] = {
    "support": (
        ("The connection drops every evening", "It is gone at about eight and comes back after ten minutes."),
        ("How do I change my password?", "The page asks for a code that never comes."),
        ("The device does not start", "The light blinks red three times, then nothing."),
        ("Where is my delivery?", "It should have been here on Tuesday."),
    ),
    "sales": (
        ("What does the business plan cost?", "We are twelve people and need it by the first."),
        ("Is there a discount for a second line?", "I have been a customer for four years."),
        ("I would like to order", "Please tell me what is in stock."),
    ),
    "billing": (
        ("I was billed twice", "There are two invoices for the same month."),
        ("Please send the invoice again", "I can't find it in my mail."),
        ("May I pay in two parts?", "Half now and half next month."),
    ),
    "complaints": (
        ("Third time I report this", "Nobody has called me back so far."),
        ("The technician did not come", "I took a day off for it."),
        ("Wrong item, again", "I want this solved today."),
    ),
}
_MORE = ("How long will it take?", "Whom can I call about it?", "Is there anything I have to do?")
"""What is written after the first time: said whether somebody has answered meanwhile or not."""
_STANDINGS = (
    (0.62, "B2C", "standard"),
    (0.16, "B2C", "high"),
    (0.12, "B2B", "standard"),
    (0.07, "B2B", "high"),
    (0.03, "B2G", "standard"),
)
_GRANT, _DENY = 0.2, 0.1
_STAGES = ("acquisition", "enhancement", "enhancement", "retention", "retention", "retention", "lapsed")


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated customer; the same number is always the same person, whichever path they take."""

    number: int
    name: str
    phone: str
    email: str
    segment: str
    value_tier: str
    stage: str

    def address(self, channel: Channel) -> str:
        """What the channel's wire knows of them; empty at the counter, where they only bring their card."""
        match channel:
            case Channel.PHONE | Channel.SMS:
                return self.phone
            case Channel.EMAIL:
                return self.email
            case Channel.WEB:
                return f"visitor-{self.number:07d}"
            case Channel.IN_PERSON:
                return ""


def person(number: int, known: int) -> Person:
    """The `number`-th person; those below `known` are customers already, with a standing of their own."""
    own = random.Random(f"person {number}")
    first, last = own.choice(_FIRST), own.choice(_LAST)
    share, segment, tier = own.random(), "B2C", "standard"
    for weight, segment_, tier_ in _STANDINGS:
        if share < weight:
            segment, tier = segment_, tier_
            break
        share -= weight
    return Person(
        number=number,
        name=f"{first} {last}",
        phone=f"+98912{number % 10_000_000:07d}",
        email=f"{first}.{last}.{number}@example.org".lower(),
        segment=segment,
        value_tier=tier,
        stage=own.choice(_STAGES) if number < known else "acquisition",
    )


def opinion(address: str) -> str:
    """What the person at this number or mail address says of advertising there: `granted`, `denied`, or nothing."""
    share = random.Random(f"opinion {address}").random()
    return "granted" if share < _GRANT else "denied" if share < _GRANT + _DENY else ""


class Story(NamedTuple):
    """Why somebody gets in touch."""

    who: Person
    channel: Channel
    service: str
    subject: str
    text: str
    attested: tuple[str, ...] = ()
    """What the page knows for sure on which they write, beside their number: kinds of identifiers."""


class Population:
    """Draws who gets in touch next. Seeded: the same seed tells the same stories in the same order."""

    def __init__(self, source: random.Random, *, known: int = 4000, known_share: float = 0.7, first_new: int = 0):
        self._random = source
        self._known = known
        self._known_share = known_share
        self._next_new = known + first_new

    def story(self, channel: Channel) -> Story:
        """Somebody with something on their mind."""
        service = self._random.choices(list(SERVICES), list(SERVICES.values()))[0]
        if channel is Channel.WEB:
            service = CHATS_ABOUT
        subject, text = self._random.choice(_ABOUT[service])
        return Story(self._somebody(), channel, service, subject, text)

    def _somebody(self) -> Person:
        if self._random.random() < self._known_share:
            return person(self._random.randrange(self._known), self._known)
        self._next_new += 1
        return person(self._next_new, self._known)


def contact(
    story: Story,
    contact_id: str,
    thread: str,
    occurred_at: datetime,
    *,
    direction: Direction = Direction.INBOUND,
    follow_up: bool = False,
) -> Contact:
    """A story as its channel's adapter reports it."""
    who, channel = story.who, story.channel
    spoken = channel in (Channel.PHONE, Channel.IN_PERSON)
    identifiers = [Identifier(kind="customer_number", value=f"C{who.number:07d}", verified=True)]
    if channel in (Channel.PHONE, Channel.SMS):
        identifiers.append(Identifier(kind="phone", value=who.phone))
    elif channel is Channel.EMAIL:
        identifiers.append(Identifier(kind="email", value=who.email))
    known = {"phone": who.phone, "email": who.email}
    identifiers += [Identifier(kind=kind, value=known[kind], verified=True) for kind in story.attested]
    outbound = direction is Direction.OUTBOUND
    return Contact(
        id=contact_id,
        path=Path(channel=channel, address=who.address(channel), sender=_SENDERS[channel]),
        direction=direction,
        occurred_at=occurred_at,
        identifiers=tuple(identifiers) if channel is not Channel.PHONE or who.number % 3 else tuple(identifiers[1:]),
        thread=thread,
        purpose="transactional" if outbound else "service",
        service=story.service,
        language="en",
        subject="" if spoken or channel is Channel.SMS else ("Re: " if follow_up else "") + story.subject,
        text="" if spoken else _text(story, contact_id, outbound=outbound, follow_up=follow_up),
        declared=Declared(segment=who.segment, value_tier=who.value_tier, lifecycle_stage=who.stage, name=who.name),
    )


def _text(story: Story, contact_id: str, *, outbound: bool, follow_up: bool) -> str:
    if outbound:
        return "Your request is being worked on."
    return random.Random(contact_id).choice(_MORE) if follow_up else story.text


_SENDERS = {
    Channel.PHONE: "contact-centre",
    Channel.WEB: "web-team",
    Channel.EMAIL: "contact-centre",
    Channel.SMS: "contact-centre",
    Channel.IN_PERSON: "branch",
}
