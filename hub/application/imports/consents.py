"""Consents, and lists of whom not to contact, as another system has them on record."""

from collections.abc import Sequence

from hub.application.customers.consents import Consents, Lineage, Statement
from hub.application.imports.ahead import Ahead
from hub.application.imports.writer import Decided, RefusedRecordError
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Channel
from hub.domain.customer.consent.state import Said
from hub.domain.customer.identity import Spell
from hub.domain.errors import HubError, InvalidError
from hub.domain.ids import customer_id
from hub.paths.consent.purposes import PurposeTable
from hub.ports import Clock, Journal
from hub.records.consents import ConsentRecord, ConsentState

_FIELDS = {"at": "said_at", "hours": ""}
"""What the rules call a field of the record otherwise."""


class ImportedConsents:
    """Decides on records of consents. `actor` is who says it."""

    own_field = ""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        key: bytes,
        actor: str,
        spell: Spell,
        lineage: Lineage,
    ) -> None:
        self._ahead = Ahead(journal)
        self._policies = PathPolicies(journal, clock)
        self._table: PurposeTable | None = None
        self._consents = Consents(self._ahead, clock, key, lineage, self._purposes, spell)
        self._key = key
        self._actor = actor
        self._spell = spell
        self._lineage = lineage

    def own_id(self, _record: ConsentRecord) -> str:
        """A record that says something else is something else that was said."""
        return ""

    async def prepare(self, batch: Sequence[tuple[ConsentRecord, str]]) -> None:
        """Have all that was said of these contact points at hand."""
        if self._table is None:
            self._table = (await self._policies.policy()).purpose_table()
        await self._ahead.fill([stream for record, _ in batch for stream in self._streams(record)])

    async def decide(self, record: ConsentRecord, causation: str) -> Decided:
        """Refused where something else was said of the same at the same moment."""
        told = Statement(
            kind=record.kind,
            value=record.value,
            source=record.source,
            actor=self._actor,
            command_id=causation,
            evidence=record.evidence,
            at=record.said_at,
        )
        try:
            await self._check(record)
            await self._say(told, record)
        except InvalidError as error:
            self._ahead.drop()
            raise InvalidError(str(error), _FIELDS.get(error.field, error.field)) from None
        except HubError:
            self._ahead.drop()
            raise
        return Decided(self._streams(record)[-1], self._ahead.take())

    def forget(self) -> None:
        """Read all anew."""
        self._ahead.forget()

    def _purposes(self) -> PurposeTable:
        assert self._table is not None
        return self._table

    def _streams(self, record: ConsentRecord) -> Sequence[str]:
        return self._lineage(customer_id(self._key, record.kind, self._spell(record.kind, record.value).value))

    async def _say(self, told: Statement, record: ConsentRecord) -> None:
        version = record.text_version
        match record.state, record.purpose:
            case ConsentState.BLOCKED, _:
                await self._consents.block(told, record.channel)
            case ConsentState.UNBLOCKED, _:
                await self._consents.unblock(told, record.channel)
            case ConsentState.GRANTED, purpose if purpose:
                await self._consents.grant(told, record.channel, purpose, version, record.expires_at)
            case ConsentState.DENIED, purpose if purpose:
                await self._consents.deny(told, record.channel, purpose, version)
            case _, purpose if purpose:
                await self._consents.withdraw(told, record.channel, purpose, version)

    async def _check(self, record: ConsentRecord) -> None:
        """What was said at one moment was said once."""
        if record.channel not in set(Channel):
            raise InvalidError(f"there is no channel {record.channel!r}: {', '.join(Channel)}", "channel")
        point, standing = await self._consents.of_point(record.kind, record.value, record.said_at)
        channel = Channel(record.channel)
        if record.purpose is None:
            block = standing.book.blocks.get((point.point, channel, record.source.strip()))
            contradicts = (
                block is not None
                and block.at == record.said_at
                and block.is_blocked != (record.state is ConsentState.BLOCKED)
            )
        else:
            stance = standing.stance(point.point, channel, record.purpose)
            contradicts = stance.at == record.said_at and stance.said not in (Said.EXPIRED, Said(record.state.value))
        if contradicts:
            raise RefusedRecordError("state", "something else is on record of the same at the same moment")
