"""Propositions that nobody could decide by: what no field by itself shows, and what could never be said."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from hub.domain.contact import LIFECYCLE_STAGES, Channel
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.profile_fields import FieldType, ProfileField
from hub.paths.propositions.conditions import FitWhen
from hub.paths.propositions.model import PURPOSES_OF, Proposition, Sender
from hub.policies.findings import Problem
from hub.policies.toml_lines import Place

_WHERE_THEY_COME = (Channel.IN_PERSON,)
"""Channels on which nobody is reached who does not come."""
_UNMANNED = (Sender.HUB, Sender.CAMPAIGN)
_NUMBERS = (FieldType.INTEGER, FieldType.MONEY)

Known = Mapping[str, Sequence[str]]
"""The names there are, by condition."""


def proposition_problems(policy: PathPolicy, known: Known) -> Iterator[Problem]:
    """Place and message of everything for which a policy must be refused. `known`: kinds, value tiers and segments."""
    propositions = policy.propositions
    names = [one.name for one in propositions]
    for number, one in enumerate(propositions):
        place = ("propositions", number)
        if one.name in names[:number]:
            before = names.index(one.name) + 1
            yield (*place, "name"), f"proposition {before} has this name already: grants are found by it, name it anew"
        yield from _purpose(place, one)
        yield from _time(place, one)
        yield from _value(place, one)
        yield from _levers(place, one)
        yield from _excludes(place, one, propositions)
        for field, when in _whens(one):
            yield from _unknown((*place, *field), when, known, names, policy.fields)


def excluding(propositions: Collection[Proposition]) -> dict[str, frozenset[str]]:
    """By proposition those that it can't be granted beside, whoever of both says so."""
    pairs = {(one.name, other) for one in propositions for other in one.excludes}
    pairs |= {(other, one) for one, other in pairs}
    return {one.name: frozenset(other for name, other in pairs if name == one.name) for one in propositions}


def _whens(proposition: Proposition) -> Iterator[tuple[Place, FitWhen]]:
    for name, when in proposition.whens.items():
        yield (name,), when
    for number, lever in enumerate(proposition.levers):
        yield ("levers", number, "when"), lever.when


def _purpose(place: Place, one: Proposition) -> Iterator[Problem]:
    allowed = PURPOSES_OF[one.kind]
    if one.is_for not in allowed:
        message = f"what is of kind {one.kind} is {' or '.join(allowed)}, never {one.is_for}: leave it out"
        yield (*place, "purpose"), message
    if set(one.channels) <= set(_WHERE_THEY_COME) and set(one.senders) <= set(_UNMANNED):
        message = "no gate could ever open: nobody who comes in person meets the hub or a campaign; add a channel"
        yield (*place, "channels"), message


def _time(place: Place, one: Proposition) -> Iterator[Problem]:
    if one.valid_from is not None and one.valid_until is not None and one.valid_from >= one.valid_until:
        message = f"is not after valid_from {one.valid_from}: there is no day on which it could be granted"
        yield (*place, "valid_until"), message


def _value(place: Place, one: Proposition) -> Iterator[Problem]:
    """At its best everybody accepts, in a conversation they began; only a campaign begins each."""
    costs = [one.contact_cost.get(channel, 0) for channel in one.channels]
    least = one.service_cost + (min(costs) if one.senders == (Sender.CAMPAIGN,) else 0)
    if one.contribution <= least:
        message = (
            f"{one.contribution} is not more than the {least} it costs at least: its value is never above 0, so it is "
            "never proposed; say what it is worth"
        )
        yield (*place, "contribution"), message
    for channel in one.contact_cost:
        if channel not in one.channels:
            yield (*place, "contact_cost", channel.value), "is not among its channels: leave it out, or add it there"


def _levers(place: Place, one: Proposition) -> Iterator[Problem]:
    for name, times in Counter(lever.name for lever in one.levers).items():
        if times > 1:
            last = max(number for number, lever in enumerate(one.levers) if lever.name == name)
            yield (*place, "levers", last, "name"), f"another lever is named {name!r} already"
    if sum(lever.weight for lever in one.levers if lever.weight < 0) < -100:
        yield (*place, "levers"), "together they take more than 100 percent: nothing is left to take from"


def _excludes(place: Place, one: Proposition, propositions: Sequence[Proposition]) -> Iterator[Problem]:
    names = {other.name for other in propositions}
    for number, name in enumerate(one.excludes):
        if name == one.name:
            yield (*place, "excludes", number), "a proposition can't exclude itself: leave it out"
        elif name not in names:
            yield (*place, "excludes", number), f"there is no proposition {name!r}"
    without = excluding(propositions)[one.name]
    for field, when in one.whens.items():
        for name, holds in (when.holds or {}).items():
            if holds and name in without:
                message = f"asks for a grant of {name}, and the two exclude each other: nobody ever has both"
                yield (*place, field, "holds", name), message


def _unknown(
    place: Place, when: FitWhen, known: Known, propositions: Sequence[str], fields: Sequence[ProfileField]
) -> Iterator[Problem]:
    stages = {"stage": LIFECYCLE_STAGES, "declared_stage": LIFECYCLE_STAGES}
    for field, there in {**{name: known[name] for name in ("kind", "value_tier", "segment")}, **stages}.items():
        for name in getattr(when, field) or ():
            if name not in there:
                others = f"known are {', '.join(there)}" if there else "there are none in this file"
                what = field.removeprefix("declared_").replace("_", " ")
                yield (*place, field), f"there is no {what} {name!r}; {others}"
    for field in ("holds", "answered"):
        for name in getattr(when, field) or {}:
            if name not in propositions:
                yield (*place, field, name), f"there is no proposition {name!r}"
    for field in ("profile", "profile_number"):
        for name in getattr(when, field) or {}:
            problem = _profile(field, name, when, [one for one in fields if one.name == name])
            if problem:
                yield (*place, field, name), problem


def _profile(field: str, name: str, when: FitWhen, defined: Sequence[ProfileField]) -> str:
    """What is wrong with a condition on a field of the profile; empty: nothing."""
    if not defined:
        return f"there is no profile field {name!r}: add it to [[fields]]"
    are_numbers = [one.type in _NUMBERS for one in defined]
    if field == "profile_number":
        return "" if any(are_numbers) else "holds no numbers: ask for it under profile"
    if all(are_numbers):
        return "holds numbers: ask for it under profile_number"
    values = values_of(defined)
    unknown = sorted(set((when.profile or {})[name]) - values - {""}) if values is not None else []
    return f"can't hold {unknown[0]!r}; known are {', '.join(sorted(values or ()))}" if unknown else ""


def values_of(defined: Sequence[ProfileField]) -> frozenset[str] | None:
    """All that a field may hold, where it is chosen of a list; None: anything."""
    found: set[str] = set()
    for one in defined:
        if one.type is FieldType.CHOICE:
            found |= set(one.choices)
        elif one.type is FieldType.YES_NO:
            found |= {"yes", "no"}
        else:
            return None
    return frozenset(found)
