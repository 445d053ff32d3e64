"""How consent is given and taken, and how lists and preferences change: each once, whoever says it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import (
    ConsentDenied,
    ConsentExpired,
    ConsentGranted,
    ConsentWithdrawn,
    PointBlocked,
    PointUnblocked,
    PreferenceChanged,
    PreferredHours,
    Purpose,
)
from hub.domain.customer.consent.point import CHANNELS_OF, ContactPoint, on_channel
from hub.domain.customer.consent.state import About, ConsentBook, ConsentStanding, Said, Stance
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.paths.consent.purposes import PURPOSES, Gate, PurposeTable

SOURCE_LENGTH = 100
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Saying:
    """Something said of a contact point at `at`, recorded at `now`. Every rule here is asked with where the point stood
    at `at`: what is reported late is judged by what was so then."""

    point: ContactPoint
    at: datetime
    now: datetime
    source: str
    actor: str
    causation: str
    evidence: str = ""


class Scope(StrEnum):
    """How far unsubscribing goes."""

    CHANNEL = "channel"
    """This contact point, on the channel it was said on."""
    POINT = "point"
    """This contact point, on each channel it is reached on."""
    EVERYWHERE = "everywhere"
    """Every contact point that is known of the customer."""


def grant(
    standing: ConsentStanding,
    saying: Saying,
    channel: str,
    purpose: Purpose,
    *,
    text_version: str,
    expires_at: datetime | None = None,
    table: PurposeTable = PURPOSES,
) -> list[Event]:
    """They say yes, to a wording that is known. Nothing to do when they said just that."""
    fact = _consent_fact(saying, channel, purpose, table)
    if not text_version:
        raise InvalidError("a consent needs the version of the wording it was given to", "text_version")
    if expires_at is not None and expires_at <= saying.at:
        raise InvalidError("a consent can't expire before it is given", "expires_at")
    stance = standing.stance(saying.point.point, fact["channel"], purpose)
    if (stance.said, stance.text_version, stance.expires_at) == (Said.GRANTED, text_version, expires_at):
        return []
    return [ConsentGranted(**fact, text_version=text_version, expires_at=expires_at)]


def deny(
    standing: ConsentStanding,
    saying: Saying,
    channel: str,
    purpose: Purpose,
    *,
    text_version: str = "",
    table: PurposeTable = PURPOSES,
) -> list[Event]:
    """They were asked and say no. Nothing to do when they said no before, or took a yes back."""
    return _say_no(standing, saying, channel, purpose, table, ConsentDenied, text_version)


def withdraw(
    standing: ConsentStanding,
    saying: Saying,
    channel: str,
    purpose: Purpose,
    *,
    text_version: str = "",
    table: PurposeTable = PURPOSES,
    everywhere: bool = False,
) -> list[Event]:
    """They take it back, or don't want it though nobody asked. Nothing to do when they said no before."""
    if everywhere and standing.nowhere(purpose) is None:
        fact = _consent_fact(saying, channel, purpose, table)
        return [ConsentWithdrawn(**fact, text_version=text_version, everywhere=True)]
    return [
        one.model_copy(update={"everywhere": everywhere})
        for one in _say_no(standing, saying, channel, purpose, table, ConsentWithdrawn, text_version)
    ]


def unsubscribe(
    standing: ConsentStanding,
    saying: Saying,
    channels: Iterable[str],
    table: PurposeTable = PURPOSES,
    *,
    everywhere: bool = False,
) -> list[Event]:
    """Withdraws, at this contact point and on these channels, what the table says ends then: promotional contacts,
    and no others unless the operator says so. What the customer needs or asked for goes on. `everywhere`: they mean all
    paths, and what they said of this one before was meant for it alone."""
    ending = [purpose for purpose, rule in table.items() if rule.ends_on_unsubscribe]
    return [
        event
        for channel in channels
        for purpose in ending
        for event in withdraw(standing, saying, channel, purpose, table=table, everywhere=everywhere)
    ]


def channels_within(scope: Scope, point: ContactPoint, channel: str) -> tuple[str, ...]:
    """Where an unsubscription said on this channel counts, for one contact point. A channel that the point is not
    reached on stands for all of the point's own: a letter may say that calls should end."""
    own = CHANNELS_OF.get(point.kind, ())
    return (channel,) if scope is Scope.CHANNEL and channel in own else own


def expire(standing: ConsentStanding, *, now: datetime, actor: str, causation: str) -> list[Event]:
    """Writes down the consents that ran out by the standing's moment and are not written down: it was so without it."""
    meta = {"recorded_at": now, "causation": causation, "actor": actor}
    expired: list[Event] = []
    for about, given in standing.book.stances.items():
        if given.said is Said.GRANTED and standing.stance(*about).said is Said.EXPIRED:
            point = standing.book.points[about.point]
            fact: dict[str, Any] = {"point": point.point, "kind": point.kind, "value": point.value}
            fact |= {"channel": about.channel, "purpose": about.purpose, "text_version": given.text_version}
            fact |= {"at": given.expires_at, "granted_at": given.at, "source": given.source}
            expired.append(ConsentExpired(**meta, **fact))
    return expired


def block(standing: ConsentStanding, saying: Saying, channel: str) -> list[Event]:
    """The list `saying.source` holds this contact point. Nothing to do when it did already."""
    fact = _fact(saying) | {"channel": on_channel(saying.point, channel)}
    if saying.source in standing.blocked_by(saying.point.point, fact["channel"]):
        return []
    return [PointBlocked(**fact)]


def unblock(standing: ConsentStanding, saying: Saying, channel: str) -> list[Event]:
    """The list `saying.source` holds it no longer; what other lists say stands."""
    fact = _fact(saying) | {"channel": on_channel(saying.point, channel)}
    if saying.source not in standing.blocked_by(saying.point.point, fact["channel"]):
        return []
    return [PointUnblocked(**fact)]


def prefer(
    standing: ConsentStanding,
    saying: Saying,
    *,
    preferred_channel: str = "",
    language: str = "",
    hours: tuple[PreferredHours, ...] = (),
    time_zone: str = "",
) -> list[Event]:
    """How they like to be contacted, in place of what was said before. Nothing to do when it is the same."""
    fact = _fact(saying)
    if preferred_channel not in ("", *Channel):
        raise InvalidError(f"there is no channel {preferred_channel!r}: {', '.join(Channel)}", "preferred_channel")
    _check_hours(hours, time_zone)
    wanted = {"preferred_channel": preferred_channel, "language": language, "hours": hours, "time_zone": time_zone}
    known = standing.book.preferences.get(saying.point.point)
    if known is not None and all(getattr(known, name) == value for name, value in wanted.items()):
        return []
    return [PreferenceChanged(**fact, **wanted)]


def kept_when_forgotten(standing: ConsentStanding) -> list[Event]:
    """What must outlive the forgetting of a customer: each no and each block, found by the hash of the contact point
    and without its value: how the contact point begins afresh."""
    book = standing.book
    to_all = {word.about: word.stance for purpose in Purpose if (word := standing.nowhere(purpose)) is not None}
    kept: list[Event] = [
        ConsentWithdrawn(**_kept_fact(book, about, stance), everywhere=True) for about, stance in to_all.items()
    ]
    for about, stance in book.stances.items():
        kind = _NO.get(stance.said)
        if kind is not None and to_all.get(about) != stance:
            kept.append(kind(**_kept_fact(book, about, stance)))
    for (point, channel, source), found in book.blocks.items():
        if found.is_blocked:
            fact = {"at": found.at, "recorded_at": found.at, "point": point, "actor": ""}
            fact |= {"kind": book.points[point].kind, "channel": channel}
            kept.append(PointBlocked(**fact, causation="", value="", source=source))
    return kept


def _kept_fact(book: ConsentBook, about: About, stance: Stance) -> dict[str, Any]:
    return {
        "at": stance.at, "recorded_at": stance.at, "causation": "", "actor": stance.actor,
        "point": about.point, "kind": book.points[about.point].kind, "value": "", "source": stance.source,
        "channel": about.channel, "purpose": about.purpose, "text_version": stance.text_version,
    }  # fmt: skip


_NO: dict[Said, type[ConsentDenied] | type[ConsentWithdrawn]] = {
    Said.DENIED: ConsentDenied,
    Said.WITHDRAWN: ConsentWithdrawn,
}


def _say_no(
    standing: ConsentStanding,
    saying: Saying,
    channel: str,
    purpose: Purpose,
    table: PurposeTable,
    kind: type[ConsentDenied] | type[ConsentWithdrawn],
    text_version: str,
) -> list[Event]:
    fact = _consent_fact(saying, channel, purpose, table)
    if standing.stance(saying.point.point, fact["channel"], purpose).said in _NO:
        return []
    return [kind(**fact, text_version=text_version)]


def _consent_fact(saying: Saying, channel: str, purpose: Purpose, table: PurposeTable) -> dict[str, Any]:
    if purpose not in table:
        raise InvalidError(f"there is no purpose {str(purpose)!r}: {', '.join(table)}", "purpose")
    if Gate.CONSENT not in table[purpose].gates:
        raise InvalidError(f"nobody is asked about {purpose} contacts: they answer what was asked", "purpose")
    return _fact(saying) | {"channel": on_channel(saying.point, channel), "purpose": purpose}


def _fact(saying: Saying) -> dict[str, Any]:
    if saying.at > saying.now:
        raise InvalidError("this time is still to come: say when it was", "at")
    if not 0 < len(saying.source.strip()) <= SOURCE_LENGTH:
        raise InvalidError(f"say in 1 to {SOURCE_LENGTH} characters where it was said", "source")
    point = saying.point
    return {
        "at": saying.at, "recorded_at": saying.now, "causation": saying.causation, "actor": saying.actor,
        "point": point.point, "kind": point.kind, "value": point.value,
        "source": saying.source.strip(), "evidence": saying.evidence,
    }  # fmt: skip


def _check_hours(hours: tuple[PreferredHours, ...], time_zone: str) -> None:
    if hours and not time_zone:
        raise InvalidError("hours need their time zone, such as Asia/Tehran", "time_zone")
    if time_zone:
        try:
            ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidError(
                f"there is no time zone {time_zone!r}: use a name such as Asia/Tehran", "time_zone"
            ) from None
    for number, one in enumerate(hours):
        if not one.days or len(set(one.days)) != len(one.days) or not set(one.days) <= set(range(1, 8)):
            raise InvalidError("days are ISO weekdays, 1 (Monday) to 7, each once", f"hours.{number}.days")
        for name, latest in (("start", MINUTES_A_DAY - 1), ("end", MINUTES_A_DAY)):
            if not 0 <= _minutes(getattr(one, name)) <= latest:
                raise InvalidError(f"{getattr(one, name)!r} is no time of day, HH:MM", f"hours.{number}.{name}")
        if one.start == one.end:
            raise InvalidError("these hours are empty: for the whole day say 00:00 to 24:00", f"hours.{number}.end")


def _minutes(text: str) -> int:
    """Minutes since midnight; -1 for what is no HH:MM."""
    hours, _, minutes = text.partition(":")
    plain = len(hours) == len(minutes) == 2 and (hours + minutes).isascii() and (hours + minutes).isdigit()
    return int(hours) * 60 + int(minutes) if plain and int(minutes) < 60 else -1
