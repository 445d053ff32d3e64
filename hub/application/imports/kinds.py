"""The kinds of records that can be imported: what maps their columns, what parses them, what decides on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

KINDS = ("customers", "accounts", "purchases", "consents")


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


def source_of(kind: str, file: Path) -> Source:
    """The mapping of one of KINDS in a file. Raises MappingError."""
    return {"customers": _customers, "accounts": _accounts, "purchases": _purchases, "consents": _consents}[kind](file)


def _customers(file: Path) -> Source:
    mapping = load_part(file, CustomerMapping)
    return Source(
        mapping.kind,
        mapping,
        mapping.column_of,
        lambda spell: lambda index: CustomerParser(mapping, spell, index),
        lambda to: ImportedCustomers(to.journal, to.clock, to.key, f"import:{mapping.name}", to.spell, to.renewed),
    )


def _accounts(file: Path) -> Source:
    mapping = load_part(file, AccountMapping)
    return Source(
        mapping.kind,
        mapping,
        mapping.column_of,
        lambda spell: lambda index: AccountParser(mapping, spell, index),
        lambda to: ImportedAccounts(to.journal, to.clock, to.key, f"import:{mapping.name}", to.renewed),
    )


def _purchases(file: Path) -> Source:
    mapping = load_part(file, PurchaseMapping)
    return Source(
        mapping.kind,
        mapping,
        mapping.column_of,
        lambda spell: lambda index: PurchaseParser(mapping, spell, index),
        lambda to: ImportedPurchases(to.journal, to.clock, to.key, f"import:{mapping.name}", to.renewed),
    )


def _consents(file: Path) -> Source:
    mapping = load_part(file, ConsentMapping)
    return Source(
        mapping.kind,
        mapping,
        mapping.column_of,
        lambda _spell: lambda index: ConsentParser(mapping, index),
        lambda to: ImportedConsents(to.journal, to.clock, to.key, f"import:{mapping.name}", to.spell, to.lineage),
    )
