"""What people and lists say of contact points: recorded in the contact point's own stream, and told as of any time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from hub.application.deciding import append_decided
from hub.application.linking.by_contacts import whole_customers
from hub.domain.customer.consent.events import PreferredHours, Purpose
from hub.domain.customer.consent.point import CHANNELS_OF, ContactPoint, contact_point
from hub.domain.customer.consent.state import ConsentStanding, standing
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered, IdentifierObserved
from hub.domain.customer.identity import Spell
from hub.domain.customer.normalise import normalise
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.paths.consent import decide
from hub.paths.consent.decide import Saying, Scope
from hub.paths.consent.purposes import PURPOSES, PurposeTable
from hub.ports import Append, Clock, Recorded, Streams

Rule = Callable[[ConsentStanding, Saying], list[Event]]
"""What follows, given where the contact point stood when it was said."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody reports: of which contact point, as written, where it was said, and when (None: now)."""

    kind: str
    value: str
    source: str
    actor: str
    command_id: str
    evidence: str = ""
    at: datetime | None = None


BY_TIME = "time"
"""Causation of what is so because time went by."""

Lineage = Callable[[str], Sequence[str]]
"""The streams that stood for an identifier one after the other, from the first one's name: all but the last were
forgotten."""


class PointStanding(NamedTuple):
    """Where one contact point stood."""

    point: ContactPoint
    standing: ConsentStanding


class Consents:
    """Commands on contact points; each answers with the events it led to, none when it was so already."""

    def __init__(
        self,
        journal: Streams,
        clock: Clock,
        key: bytes,
        lineage: Lineage = lambda stream: (stream,),
        purposes: Callable[[], PurposeTable] = lambda: PURPOSES,
        spell: Spell = normalise,
    ) -> None:
        """`purposes`: the table of the path policy in force."""
        self._journal = journal
        self._clock = clock
        self._key = key
        self._lineage = lineage
        self._purposes = purposes
        self._spell = spell

    @property
    def table(self) -> PurposeTable:
        """The purposes of the path policy in force."""
        return self._purposes()

    async def grant(
        self, told: Statement, channel: str, purpose: Purpose, text_version: str, expires_at: datetime | None
    ) -> list[Recorded]:
        """They said yes."""
        return await self._say(
            told,
            lambda now, saying: decide.grant(
                now, saying, channel, purpose, text_version=text_version, expires_at=expires_at, table=self.table
            ),
        )

    async def deny(self, told: Statement, channel: str, purpose: Purpose, text_version: str) -> list[Recorded]:
        """They were asked and said no."""
        return await self._say(
            told,
            lambda now, saying: decide.deny(now, saying, channel, purpose, text_version=text_version, table=self.table),
        )

    async def withdraw(self, told: Statement, channel: str, purpose: Purpose, text_version: str) -> list[Recorded]:
        """They took it back."""
        return await self._say(
            told,
            lambda now, saying: decide.withdraw(
                now, saying, channel, purpose, text_version=text_version, table=self.table
            ),
        )

    async def block(self, told: Statement, channel: str) -> list[Recorded]:
        """A list holds the contact point."""
        return await self._say(told, lambda now, saying: decide.block(now, saying, channel))

    async def unblock(self, told: Statement, channel: str) -> list[Recorded]:
        """The list holds it no longer."""
        return await self._say(told, lambda now, saying: decide.unblock(now, saying, channel))

    async def prefer(
        self, told: Statement, preferred_channel: str, language: str, hours: tuple[PreferredHours, ...], time_zone: str
    ) -> list[Recorded]:
        """How they like to be contacted."""
        return await self._say(
            told,
            lambda now, saying: decide.prefer(
                now, saying, preferred_channel=preferred_channel, language=language, hours=hours, time_zone=time_zone
            ),
        )

    async def unsubscribe(self, told: Statement, channel: str, scope: Scope, customer: str = "") -> list[Recorded]:
        """They want no more of it: on this channel, at this contact point, or at all that are known of them.
        `customer`: who they are, where that is known better than by the contact point."""
        said_at = self._point(told.kind, told.value)

        async def attempt() -> list[Append]:
            points = [said_at]
            if scope is Scope.EVERYWHERE:
                points += await self._points(customer or self._stream(said_at), must_be=bool(customer))
                points = list(dict.fromkeys(points))
            return [await self._append(self._saying(told, point), rule) for point in points]

        def rule(now: ConsentStanding, saying: Saying) -> list[Event]:
            channels = decide.channels_within(scope, saying.point, channel)
            return decide.unsubscribe(now, saying, channels, self.table, everywhere=scope is Scope.EVERYWHERE)

        return await append_decided(self._journal, attempt)

    def point_of(self, kind: str, value: str) -> ContactPoint:
        """A contact point by an identifier, in its one spelling. InvalidError where it names nobody."""
        return self._point(kind, value)

    def customer_of(self, kind: str, value: str) -> str:
        """The stream of a contact point, whether anybody heard of it or not. InvalidError where it names nobody."""
        return self._stream(self._point(kind, value))

    async def was_said_by(self, told: Statement) -> bool:
        """Whether this very command is what something is known by of the contact point, or of those known beside it:
        it comes again."""
        stream = self._stream(self._point(told.kind, told.value))
        streams = {stream, *map(self._stream, await self._points(stream, must_be=False))}
        histories = await self._journal.load(sorted(streams))
        return any(one.event.causation == told.command_id for history in histories.values() for one in history)

    async def expire(self, stream: str) -> int:
        """Write down what consents are over in a contact point's stream; how many. Of who was forgotten nothing."""

        async def attempt() -> list[Append]:
            history = (await self._journal.load([stream]))[stream]
            facts = [recorded.event for recorded in history]
            if not facts or any(isinstance(event, CustomerForgotten) for event in facts):
                return []
            now = self._clock.now()
            events = decide.expire(standing(facts, now), now=now, actor="customer", causation=BY_TIME)
            return [Append(stream, history[-1].version, events)]

        return len(await append_decided(self._journal, attempt))

    async def of_point(
        self, kind: str, value: str, at: datetime | None = None, known_at: datetime | None = None
    ) -> PointStanding:
        """Where a contact point stood at a moment (None: now), as known at another; nobody need have heard of it."""
        point = self._point(kind, value)
        [found] = await self._standings([point], at, known_at)
        return found

    async def of_customer(
        self, customer: str, at: datetime | None = None, known_at: datetime | None = None
    ) -> list[PointStanding]:
        """Where each contact point stood that is known of this customer today, over all streams that are linked."""
        points = await self._points(customer)
        return await self._standings(points, at, known_at)

    async def _say(self, told: Statement, rule: Rule) -> list[Recorded]:
        point = self._point(told.kind, told.value)

        async def attempt() -> list[Append]:
            return [await self._append(self._saying(told, point), rule)]

        return await append_decided(self._journal, attempt)

    async def _append(self, saying: Saying, rule: Rule) -> Append:
        """A contact point that nobody was ever met at becomes a customer by what is said of it."""
        kept, history = await self._facts(saying.point)
        facts = [recorded.event for recorded in history]
        if facts and saying.at == saying.now < facts[-1].recorded_at:  # a clock that steps back turns no order round
            saying = replace(saying, at=facts[-1].recorded_at, now=facts[-1].recorded_at)
        events = rule(standing([*kept, *facts], saying.at), saying)
        if events and not any(isinstance(event, CustomerRegistered) for event in facts):
            self._check_reaches(saying.point)
            meta = {"at": saying.now, "recorded_at": saying.now, "causation": saying.causation, "actor": saying.actor}
            seen = IdentifierObserved(**meta, kind=saying.point.kind, value=saying.point.value, verified=False)
            events = [CustomerRegistered(**meta), seen, *events]
        return Append(self._stream(saying.point), history[-1].version if history else 0, events)

    def _check_reaches(self, point: ContactPoint) -> None:
        """Raises InvalidError for a phone that is no number: who came from one is known, nobody else becomes a customer
        by it."""
        if point.kind == "phone" and not self._spell(point.kind, point.value).is_valid:
            raise InvalidError(
                f"{point.value!r} is no phone number, and nobody ever came from there: write it with its country code, "
                "such as +989121234567",
                "value",
            )

    def _saying(self, told: Statement, point: ContactPoint) -> Saying:
        now = self._clock.now()
        return Saying(point, told.at or now, now, told.source, told.actor, told.command_id, told.evidence)

    def _point(self, kind: str, value: str) -> ContactPoint:
        if kind not in CHANNELS_OF:
            return contact_point(self._key, kind, value)
        spelled = self._spell(kind, value)
        if not spelled.names_somebody:
            raise InvalidError(f"this {kind} names nobody: say which one it is about", "value")
        return contact_point(self._key, kind, spelled.value)

    def _stream(self, point: ContactPoint) -> str:
        return self._lineage(customer_id(self._key, point.kind, point.value))[-1]

    async def _facts(self, point: ContactPoint) -> tuple[list[Event], list[Recorded]]:
        """What outlived the forgetting of whoever had this contact point, and what was recorded of it since."""
        *forgotten, stream = self._lineage(customer_id(self._key, point.kind, point.value))
        histories = await self._journal.load([*forgotten, stream])
        kept: list[Event] = []
        for earlier in forgotten:
            facts = [*kept, *(one.event for one in histories[earlier])]
            kept = decide.kept_when_forgotten(standing(facts, self._clock.now()))
        return kept, histories[stream]

    async def _points(self, customer: str, *, must_be: bool = True) -> list[ContactPoint]:
        """The contact points of a customer, who `must_be` registered: those their streams come from, and those a
        trusted system attests. What somebody only claimed may be another's."""
        known = await whole_customers(self._journal, [customer])
        if must_be and not any(one.customer.registered for one in known.values()):
            raise NotFoundError(f"there is no customer {customer}")
        points: dict[ContactPoint, None] = {}
        for stream, one in known.items():
            for seen in sorted(one.customer.identifiers, key=lambda found: (found.kind, found.value)):
                if seen.kind in CHANNELS_OF and seen.value:
                    point = contact_point(self._key, seen.kind, seen.value)
                    if seen.verified or self._stream(point) == stream:
                        points[point] = None
        return list(points)

    async def _standings(
        self, points: Sequence[ContactPoint], at: datetime | None, known_at: datetime | None
    ) -> list[PointStanding]:
        moment = at or self._clock.now()
        told = []
        for point in points:
            kept, history = await self._facts(point)
            facts = [*kept, *(one.event for one in history)]
            told.append(PointStanding(point, standing(facts, moment, known_at)))
        return told
