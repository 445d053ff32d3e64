"""Where customers stand: decided by the path policy and the facts of all their streams, and written to each of them."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hub.application.customer_cache import Known, fold
from hub.application.linking.by_contacts import links_of
from hub.domain.customer.events import Customer, Evidence, LifecycleStageChanged, SegmentChanged, StandingReviewed
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.links.component import unknown
from hub.domain.errors import ConflictError
from hub.domain.event import Event
from hub.paths.policy.model import PathPolicy
from hub.paths.standing.facts import facts_of
from hub.paths.standing.standing import Stands, next_change, standing
from hub.ports import Append, Clock, Committed, Recorded, Streams, Unit

BY_TIME = "time"
"""Causation of what changed though nothing happened."""


class Member(NamedTuple):
    """One stream of a customer, as it stands in the log."""

    stream: str
    known: Known
    history: Sequence[Recorded]

    @property
    def due_at(self) -> datetime | None:
        """When its last review says that the customer is to be looked at again."""
        reviews = (one.event for one in reversed(self.history) if isinstance(one.event, StandingReviewed))
        last = next(reviews, None)
        return None if last is None else last.due_at


class Standings:
    """Decides where whole customers stand. A link makes all its streams stand where the customer does; without it each
    part stands where its own facts put it."""

    def __init__(self, journal: Streams, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def decide(self, streams: Iterable[str], policy: PathPolicy, causation: str = "") -> list[str]:
        """Decide on the customers of these streams and write what is new, each customer's in one transaction. Back come
        those streams on whose customer another writer was first: decide again. `causation` empty: of each customer
        the newest event's."""
        wanted = [stream for stream in dict.fromkeys(streams) if stream.startswith(CUSTOMER)]
        whole = await whole_histories(self._journal, wanted)
        units: list[Unit] = []
        deciding: list[set[str]] = []
        now = self._clock.now()
        for members in components(whole):
            appends = decided(members, policy, now, causation)
            if appends:
                units.append(Unit(appends))
                deciding.append({member.stream for member in members})
        outcomes = await self._journal.commit(units) if units else []
        failed: set[str] = set()
        for touched, outcome in zip(deciding, outcomes, strict=True):
            if isinstance(outcome, ConflictError):
                failed |= touched
            elif not isinstance(outcome, Committed):
                raise outcome
        return [stream for stream in wanted if stream in failed]


async def whole_histories(
    journal: Streams,
    streams: Sequence[str],
    at: datetime | None = None,
    *,
    upto: int | None = None,
    only: Container[type[Event]] | None = None,
) -> dict[str, Member]:
    """These streams and all that they are linked with; with `at` as it was known then, with `upto` as of that position
    in the log. `only`: the facts that are added up, links among them; None: all."""
    found: dict[str, Member] = {}
    while missing := unknown(links_of({one: member.known for one, member in found.items()}), streams):
        for stream, history in (await journal.load(sorted(missing))).items():
            known = [
                one
                for one in history
                if (at is None or one.event.recorded_at <= at) and (upto is None or one.position <= upto)
            ]
            found[stream] = Member(stream, _added_up(known, only), known)
    return found


def _added_up(history: Sequence[Recorded], only: Container[type[Event]] | None) -> Known:
    if only is None:
        return fold(None, history)
    looked_at = fold(None, (one for one in history if type(one.event) in only))
    return Known(history[-1].version if history else 0, looked_at.customer)


def events_of(whole: Mapping[str, Member]) -> list[Event]:
    """The facts of all these streams in the order they were recorded."""
    return [one.event for one in sorted(one for member in whole.values() for one in member.history)]


def components(whole: Mapping[str, Member]) -> list[list[Member]]:
    """The streams by customer, each customer's oldest first: that is the canonical one."""
    groups: list[list[Member]] = []
    seen: set[str] = set()
    for start in whole:
        group: list[Member] = []
        waiting = [start]
        while waiting:
            stream = waiting.pop()
            if stream not in seen:
                seen.add(stream)
                group.append(whole[stream])
                waiting += [one for link in whole[stream].known.customer.links.live for one in link.pair]
        alive = [one for one in group if one.known.customer.registered and not one.known.customer.forgotten]
        if alive:
            groups.append(sorted(alive, key=lambda one: (one.known.customer.registered_at, one.stream)))
    return groups


def decided(members: Sequence[Member], policy: PathPolicy, now: datetime, causation: str = "") -> list[Append]:
    """What is new of a customer: in each stream where it stands, in the oldest one when to look again."""
    history = sorted(one for member in members for one in member.history)
    facts = facts_of(one.event for one in history)
    stands = standing(facts, policy, now)
    due_at = next_change(facts, policy, now)
    meta = {
        "at": now, "recorded_at": now, "causation": causation or history[-1].event.causation,
        "actor": f"policy:{policy.version}",
    }  # fmt: skip
    appends = []
    for place, member in enumerate(members):
        events = changes(member.known.customer, stands, policy.version, meta)
        due_here = due_at if place == 0 else None
        if _is_to_be_said(member.due_at, due_here, now, changed=bool(events) and place == 0):
            events.append(StandingReviewed(**meta, policy=policy.version, due_at=due_here))
        if events:
            appends.append(Append(member.stream, member.known.version, events))
    return appends


def changes(was: Customer, stands: Stands, version: str, meta: dict[str, Any]) -> list[Event]:
    """What the path policy of this version changes of where a stream says that its customer stands."""
    kind, tier, named, stage = stands.why
    events: list[Event] = []
    if (was.standing.segment, was.standing.value_tier, was.named) != stands.where[:3]:
        events.append(
            SegmentChanged(
                **meta, segment=stands.segment, value_tier=stands.value_tier, named=stands.named, said=(),
                reason=_reason((kind, tier, named)), policy=version, evidence=(kind, tier, named),
            )
        )  # fmt: skip
    if was.standing.lifecycle_stage != stands.lifecycle_stage:
        told = {"reason": _reason((stage,)), "policy": version, "evidence": (stage,)}
        events.append(LifecycleStageChanged(**meta, lifecycle_stage=stands.lifecycle_stage, **told))
    return events


def _is_to_be_said(known: datetime | None, due_at: datetime | None, now: datetime, *, changed: bool) -> bool:
    """A moment that has come must get a new one, and an earlier one must be known. A later one can wait until then,
    unless there is something to be written anyway."""
    if known is None:
        return due_at is not None
    return known <= now or (due_at is not None and due_at < known) or (changed and due_at != known)


def _reason(why: Sequence[Evidence]) -> str:
    return "path policy: " + ", ".join(one.rule for one in why)
