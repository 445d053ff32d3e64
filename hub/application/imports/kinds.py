"""The kinds of records that can be imported: what maps their columns, what parses them, what decides on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from hub.application.imports.accounts import ImportedAccounts
from hub.application.imports.consents import ImportedConsents
from hub.application.imports.customers import ImportedCustomers
from hub.application.imports.purchases import ImportedPurchases
from hub.application.imports.writer import Decider
from hub.domain.customer.identity import Renewed, Spell
from hub.ports import Clock, Journal
from hub.records.accounts import AccountMapping, AccountParser
from hub.records.consents import ConsentMapping, ConsentParser
from hub.records.customers import CustomerMapping, CustomerParser
from hub.records.purchases import PurchaseMapping, PurchaseParser
from hub.tables.mapping_file import load_part
from hub.tables.reading import Index, Parse, TableMapping


@dataclass(frozen=True, slots=True)
class Tools:
    """What deciding on records takes."""

    journal: Journal
    clock: Clock
    key: bytes
    spell: Spell
    renewed: Renewed
    lineage: Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Source:
    """A mapping, and what becomes of the rows that are read by it."""

    kind: str
    mapping: TableMapping
    columns: Mapping[str, str]
    """Which column a field or a kind of identifier comes from."""
    parser: Callable[[Spell], Callable[[Index], Parse[Any]]]
    decider: Callable[[Tools], Decider[Any]]
    named_once: bool
    """Whether hardly any customer is named by two rows."""


class _Kind(NamedTuple):
    mapping: type[Any]
    parser: Callable[[Any, Spell, Index], Parse[Any]]
    decider: Callable[[Tools, str, Any], Decider[Any]]
    """By tools, who says it, and the mapping."""


def source_of(kind: str, file: Path) -> Source:
    """The mapping of one of KINDS in a file. Raises MappingError."""
    known = _KINDS[kind]
    mapping = load_part(file, known.mapping)
    return Source(
        kind,
        mapping,
        mapping.column_of,
        lambda spell: partial(known.parser, mapping, spell),
        lambda to: known.decider(to, f"import:{mapping.name}", mapping),
        kind == "customers",
    )


def _customers(to: Tools, actor: str, mapping: CustomerMapping) -> ImportedCustomers:
    return ImportedCustomers(to.journal, to.clock, to.key, actor, to.spell, to.renewed, mapping.profile)


def _accounts(to: Tools, actor: str, _: AccountMapping) -> ImportedAccounts:
    return ImportedAccounts(to.journal, to.clock, to.key, actor, to.renewed)


def _purchases(to: Tools, actor: str, _: PurchaseMapping) -> ImportedPurchases:
    return ImportedPurchases(to.journal, to.clock, to.key, actor, to.renewed)


def _consents(to: Tools, actor: str, _: ConsentMapping) -> ImportedConsents:
    return ImportedConsents(to.journal, to.clock, to.key, actor, to.spell, to.lineage)


_KINDS: Mapping[str, _Kind] = {
    "customers": _Kind(CustomerMapping, CustomerParser, _customers),
    "accounts": _Kind(AccountMapping, AccountParser, _accounts),
    "purchases": _Kind(PurchaseMapping, PurchaseParser, _purchases),
    "consents": _Kind(ConsentMapping, lambda mapping, _, index: ConsentParser(mapping, index), _consents),
}
KINDS = tuple(_KINDS)
