"""What holds at a customer's contact points: for each channel and purpose whether they may be contacted, and why."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.application.customers.consents import PointStanding
from hub.application.dossier.facts import CONSENTS, CustomerFacts
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import CHANNELS_OF, ContactPoint, contact_point
from hub.domain.customer.consent.state import standing, together
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.paths.consent.decide import kept_when_forgotten
from hub.paths.consent.purposes import PurposeTable
from hub.paths.gates.consent import block_gate, consent_gate
from hub.ports import Journal

Lineage = Callable[[str], Sequence[str]]
"""The streams that stood for an identifier one after the other, from the first one's name: all but the last were
forgotten."""


async def points_of(
    journal: Journal, key: bytes, lineage: Lineage, facts: CustomerFacts, at: datetime, known_at: datetime | None
) -> list[PointStanding]:
    """The contact points that the customer's streams come from, and those a trusted system attests: what somebody only
    claimed may be another's. Consent stands in the contact point's own stream, whoever it is linked with."""
    found = _points(key, lineage, facts)
    elsewhere = sorted({one for streams in found.values() for one in streams} - facts.members.keys())
    histories = await journal.load_only(elsewhere, CONSENTS) if elsewhere else {}
    said = {stream: [one.event for one in history] for stream, history in histories.items()}
    said |= {stream: facts.of(stream) for streams in found.values() for stream in streams if stream in facts.members}
    return [PointStanding(point, standing(_facts(streams, said, at), at, known_at)) for point, streams in found.items()]


def point_row(found: PointStanding, table: PurposeTable) -> dict[str, Any]:
    """A contact point as it is told."""
    point, _ = found
    consents = [_consent(found, channel, purpose, table) for channel in CHANNELS_OF[point.kind] for purpose in Purpose]
    return {"kind": point.kind, "value": point.value, "consents": consents, "preference": _preference(found)}


def newest_preference(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What they said last, at any of these contact points, of how they like to be contacted."""
    said = [row["preference"] for row in rows if row["preference"] is not None]
    return max(said, key=lambda one: one["since"], default=None)


def nowhere_rows(found: Sequence[PointStanding], at: datetime) -> list[dict[str, Any]]:
    """What is said to them on no path, by what they said at any of these contact points."""
    known = together([one.standing for one in found], at)
    words = [(purpose, word) for purpose in Purpose if (word := known.nowhere(purpose)) is not None]
    return [
        {
            "purpose": purpose, "since": word.at, "kind": known.book.points[word.about.point].kind,
            "value": known.book.points[word.about.point].value, "channel": word.about.channel,
            "source": word.stance.source, "evidence": word.stance.evidence, "actor": word.stance.actor,
        }
        for purpose, word in words
    ]  # fmt: skip


def _points(key: bytes, lineage: Lineage, facts: CustomerFacts) -> dict[ContactPoint, Sequence[str]]:
    """Each with the streams that stood for it."""
    found: dict[ContactPoint, Sequence[str]] = {}
    for stream, known in facts.members.items():
        if stream in facts.forgotten:
            continue
        for seen in sorted(known.customer.identifiers, key=lambda one: (one.kind, one.value)):
            if seen.kind in CHANNELS_OF and seen.value:
                streams = lineage(customer_id(key, seen.kind, seen.value))
                if seen.verified or streams[-1] == stream:
                    found[contact_point(key, seen.kind, seen.value)] = streams
    return found


def _facts(streams: Sequence[str], said: Mapping[str, list[Event]], at: datetime) -> list[Event]:
    """What outlived the forgetting of whoever had the contact point, and what was recorded of it since."""
    *forgotten, stream = streams
    kept: list[Event] = []
    for earlier in forgotten:
        kept = kept_when_forgotten(standing([*kept, *said[earlier]], at))
    return [*kept, *said[stream]]


def _consent(found: PointStanding, channel: Channel, purpose: Purpose, table: PurposeTable) -> dict[str, Any]:
    point, known = found.point.point, found.standing
    said = consent_gate(known, point, channel, purpose, table)
    listed = block_gate(known, point, channel, purpose, table)
    stance = known.stance(point, channel, purpose)
    return {
        "channel": channel,
        "purpose": purpose,
        "may": said.is_open and listed.is_open,
        "consent": said.reason,
        "block": listed.reason,
        "lists": listed.inputs.get("lists", []),
        "since": stance.at,
        "expires_at": stance.expires_at,
        "source": stance.source,
        "text_version": stance.text_version,
        "evidence": stance.evidence,
        "actor": stance.actor,
    }


def _preference(found: PointStanding) -> dict[str, Any] | None:
    said = found.standing.book.preferences.get(found.point.point)
    if said is None:
        return None
    told_of = said.model_dump(include={"source", "preferred_channel", "language", "hours", "time_zone"})
    return {"since": said.at, **told_of}
