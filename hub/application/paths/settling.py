"""Writes down what became of grants by time or by a link: over, suspended, standing again. It was so without it."""

from collections.abc import Mapping
from typing import Any

from hub.application.customer_cache import Known, fold
from hub.application.deciding import append_decided, meta_of
from hub.application.linking.by_contacts import links_of
from hub.application.paths.whole import Wholes
from hub.domain.account.identity import ACCOUNT
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered
from hub.domain.customer.links.component import unknown
from hub.domain.customer.links.events import LINK_EVENTS
from hub.domain.errors import NotFoundError
from hub.domain.grant.decide import Told, expire, reconcile
from hub.domain.grant.events import GRANT_EVENTS
from hub.domain.grant.state import Grants
from hub.domain.grant.state import fold as grants_of
from hub.ports import Append, Clock, Journal

BY_TIME = "time"
"""Causation of what is so because time went by."""
_ACTOR = "policy:paths"
_LOOKED_AT = (CustomerRegistered, CustomerForgotten, *LINK_EVENTS, *GRANT_EVENTS)


class GrantSettling:
    """Of whoever has grants in a stream. Several processes may do so at once: it is written once."""

    def __init__(self, journal: Journal, clock: Clock, wholes: Wholes) -> None:
        self._journal = journal
        self._clock = clock
        self._wholes = wholes

    async def settle(self, stream: str, causation: str = BY_TIME) -> int:
        """How much there was to write. Most links and times change nothing: that is seen by the grants alone."""
        meta = meta_of(self._clock, _ACTOR, causation)
        if not _settled(await self._grants(stream), meta):
            return 0

        async def attempt() -> list[Append]:
            meta = meta_of(self._clock, _ACTOR, causation)
            if stream.startswith(ACCOUNT):
                whole = await self._wholes.read_account(stream)
                return whole.writing(_settled(whole.grants(stream), meta))
            whole = await self._wholes.read(stream, meta["at"])
            return whole.writing(_settled(whole.grants(whole.canonical), meta))

        try:
            return len(await append_decided(self._journal, attempt))
        except NotFoundError:  # the views are of another log: they will be made anew
            return 0

    async def _grants(self, stream: str) -> Mapping[str, Grants]:
        if stream.startswith(ACCOUNT):
            history = (await self._journal.load_only([stream], GRANT_EVENTS))[stream]
            return {stream: grants_of(one.event for one in history)}
        members: dict[str, Known] = {}
        found: dict[str, Grants] = {}
        while missing := unknown(links_of(members), [stream]):
            for name, history in (await self._journal.load_only(sorted(missing), _LOOKED_AT)).items():
                members[name] = fold(None, history)
                found[name] = grants_of(one.event for one in history)
        return found


def _settled(whole: Mapping[str, Grants], meta: dict[str, Any]) -> Told:
    return [*expire(whole, **meta), *reconcile(whole, **meta)]
