"""Organisations of another system, and the people who act for them."""

from collections.abc import Sequence

from hub.application.customer_cache import TOPIC, fold
from hub.application.customers.accounts import Accounts
from hub.application.imports.ahead import Ahead
from hub.application.imports.writer import Decided, RefusedRecordError
from hub.domain.account.decide import PLAIN_ROLES, RoleRules
from hub.domain.customer.identity import Home, Renewed
from hub.domain.errors import HubError, InvalidError, RefusedError
from hub.domain.ids import customer_id
from hub.ports import Clock, Journal
from hub.records.accounts import AccountRecord

_FIELDS = {"agent_id": "owner"}
"""What the rules call a field of the record otherwise."""


class ImportedAccounts:
    """Decides on records of accounts. `actor` is who says it."""

    own_field = ""

    def __init__(
        self, journal: Journal, clock: Clock, key: bytes, actor: str, renewed: Renewed, rules: RoleRules = PLAIN_ROLES
    ) -> None:
        self._ahead = Ahead(journal)
        self._accounts = Accounts(self._ahead, clock, key, rules)
        self._key = key
        self._actor = actor
        self._renewed = renewed

    def own_id(self, _record: AccountRecord) -> str:
        """A record that says something else is news of the same account."""
        return ""

    async def prepare(self, batch: Sequence[tuple[AccountRecord, str]]) -> None:
        """Have the accounts and people of these at hand."""
        accounts = []
        for record, _ in batch:
            try:
                accounts.append(self._accounts.id_of(record.kind, record.value))
            except InvalidError:
                continue  # it is refused when it is decided
        await self._ahead.fill(accounts)
        people = [stream for record, _ in batch for stream in self._streams(record)]
        await self._ahead.recall(people, TOPIC)

    async def decide(self, record: AccountRecord, causation: str) -> Decided:
        """The account and the role, or neither."""
        by = {"actor": self._actor, "command_id": causation}
        try:
            account = self._accounts.id_of(record.kind, record.value)
            await self._accounts.register(record.kind, record.value, record.segment, record.name, **by)
            if record.owner:
                await self._accounts.change_owner(account, record.owner, **by)
            if record.role:
                person = await self._person(record)
                await self._accounts.assign(account, person, record.role, since=record.since, until=record.until, **by)
        except RefusedError as error:
            self._ahead.drop()
            raise RefusedRecordError("role", str(error)) from None
        except InvalidError as error:
            self._ahead.drop()
            raise InvalidError(str(error), _FIELDS.get(error.field, error.field)) from None
        except HubError:
            self._ahead.drop()
            raise
        return Decided(account, self._ahead.take())

    def forget(self) -> None:
        """Read all anew."""
        self._ahead.forget()

    def _streams(self, record: AccountRecord) -> list[str]:
        homes = [Home(customer_id(self._key, one.kind, one.value), False, (one,)) for one in record.person]
        return [home.stream for home in self._renewed(homes)]

    async def _person(self, record: AccountRecord) -> str:
        streams = self._streams(record)
        found = await self._ahead.recall(streams, TOPIC)
        for stream in streams:
            if fold(*found[stream]).customer.registered:
                return stream
        raise RefusedRecordError(
            record.person[0].kind, "nobody is known by the identifiers of this row: import the customers first"
        )
