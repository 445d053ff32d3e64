"""Customers found by whatever somebody reads off a screen or hears: a phone, a mail address, a number of any kind."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from hub.application.dossier.facts import CustomerFacts, facts_of
from hub.application.dossier.identifiers import identifiers
from hub.application.dossier.said import name_of
from hub.application.dossier.stands import standing
from hub.domain.customer.identity import CUSTOMER, Spell
from hub.domain.errors import NotFoundError
from hub.ports import Journal

KINDS = ("phone", "email", "customer_number", "national_id", "legal_id")
"""That are tried, in this order."""
MOST = 20
_SHOWN = 4
"""Characters of an identifier that was not asked for, of its end."""

Streams = Callable[[str, str], Awaitable[Sequence[str]]]
"""Kind and value, in one spelling, to the streams that were seen with it."""


@dataclass(frozen=True, slots=True)
class SummaryIdentifier:
    """`value` is whole where it was asked for, else only its end: `••4567`."""

    kind: str
    value: str
    verified: bool
    matched: bool


@dataclass(frozen=True, slots=True)
class CustomerSummary:
    """A customer in one line. `matched`: by which kinds of identifier."""

    customer_id: str
    name: str
    segment: str
    value_tier: str
    lifecycle_stage: str
    identifiers: tuple[SummaryIdentifier, ...]
    matched: tuple[str, ...]


async def search(journal: Journal, streams: Streams, spell: Spell, text: str) -> list[CustomerSummary]:
    """Every customer that is named by this text in any way, each once; the strongest way of each kind first."""
    asked = text.strip()
    values = {kind: spell(kind, asked).value for kind in KINDS if asked and _may_be(kind, asked)}
    found: dict[str, CustomerSummary] = {}
    for stream in await _streams_of(streams, values, asked):
        try:
            facts = await facts_of(journal, stream)
        except NotFoundError:
            continue
        if facts.canonical_id not in found and not facts.is_forgotten:
            found[facts.canonical_id] = _summary(facts, values, spell)
        if len(found) == MOST:
            break
    return list(found.values())


async def _streams_of(streams: Streams, values: dict[str, str], asked: str) -> Iterable[str]:
    named = [asked] if asked.startswith(CUSTOMER) else []
    for kind, value in values.items():
        named += await streams(kind, value)
    return dict.fromkeys(named)


def _may_be(kind: str, asked: str) -> bool:
    return ("@" in asked) == (kind == "email")


def _summary(facts: CustomerFacts, values: dict[str, str], spell: Spell) -> CustomerSummary:
    shown = [
        SummaryIdentifier(one.kind, one.value, one.verified, matched=values.get(one.kind) == one.value)
        for one in identifiers(facts, (), spell)
    ]
    stands = standing(facts)
    return CustomerSummary(
        customer_id=facts.canonical_id,
        name=name_of(facts)[0],
        segment=stands.segment,
        value_tier=stands.value_tier,
        lifecycle_stage=stands.lifecycle_stage,
        identifiers=tuple(one if one.matched else _masked(one) for one in shown),
        matched=tuple(dict.fromkeys(one.kind for one in shown if one.matched)),
    )


def _masked(one: SummaryIdentifier) -> SummaryIdentifier:
    value = one.value
    shown = value[max(len(value) // 2, len(value) - _SHOWN) :]
    return SummaryIdentifier(one.kind, f"••{shown}", one.verified, one.matched)
