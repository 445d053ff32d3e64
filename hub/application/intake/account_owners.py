"""Which agent looks after which account, kept at hand for routing."""

from collections import OrderedDict
from collections.abc import Collection, Sequence

from hub.domain.account.events import AccountOwnerChanged
from hub.ports import Journal, Recorded

KEPT = 20_000
"""Accounts whose owners are kept; those that were asked for longest ago go first."""


class AccountOwners:
    """`follow` the log, so that an answer is never older than it."""

    def __init__(self, journal: Journal, size: int = KEPT) -> None:
        self._journal = journal
        self._size = size
        self._owners: OrderedDict[str, str] = OrderedDict()

    def unknown(self, accounts: Collection[str]) -> list[str]:
        """Those of these accounts that have to be read first."""
        return [account for account in accounts if account not in self._owners]

    async def read(self, accounts: Sequence[str]) -> None:
        """Have these at hand."""
        found = await self._journal.load_only(accounts, (AccountOwnerChanged,))
        for account in accounts:
            facts = [one.event for one in found[account] if isinstance(one.event, AccountOwnerChanged)]
            # What was told while this was read is newer.
            self._owners.setdefault(account, facts[-1].agent_id if facts else "")
        while len(self._owners) > max(self._size, len(accounts)):
            self._owners.popitem(last=False)

    def owner_of(self, account: str) -> str:
        """The agent who looks after it; empty: nobody, as far as is known here."""
        return self._owners.get(account, "")

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        for _, stream, _, event in batch:
            if type(event) is AccountOwnerChanged:
                self._owners[stream] = event.agent_id
