"""The branches, put together of their parts."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

from starlette.routing import BaseRoute

from hub.channels.branch.desks import Desks
from hub.channels.branch.hall import Hall
from hub.channels.branch.halls import Halls
from hub.channels.branch.live import Live
from hub.channels.branch.pages.serving import Pages
from hub.channels.branch.passes import Passes
from hub.channels.branch.receptions import Receptions
from hub.channels.branch.refusing import Refusing
from hub.channels.branch.server import serving
from hub.channels.branch.settings import BranchSettings, branch_settings
from hub.channels.branch.store import Store
from hub.channels.branch.telling import Telling
from hub.channels.branch.tickets import Tickets
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.domain.contact import Channel
from hub.journal.keys import private_key

log = logging.getLogger(__name__)

CHANNEL: Final = Channel.IN_PERSON
GOES_ALONE: Final = True
"""Its visitors are there, whether the hub is or not."""
_SWEEP_SECONDS = 60.0


def make(table: Mapping[str, Any], place: Place) -> "BranchAdapter":
    """Of `[branch]` in channels.toml. Raises SettingsError."""
    settings = branch_settings(table)
    settings.pins()
    return BranchAdapter(settings, place)


@dataclass(frozen=True, slots=True)
class BranchAdapter:
    """`key` in its directory is what tickets' secrets are made with: without it no visitor's phone finds its ticket."""

    settings: BranchSettings
    place: Place

    async def run(self, link: Link) -> None:
        """Until it is cancelled."""
        settings, place = self.settings, self.place
        passes = Passes(private_key(place.directory / "key"), *settings.pins())
        async with AsyncExitStack() as stack:
            store = Store(place.directory / "branches.sqlite")
            stack.callback(store.close)
            named = {name: Hall(name, settings, link, store, place) for name in settings.branches}
            for hall in named.values():
                await hall.load()
            refusing = Refusing(link, place, named)
            stack.callback(refusing.close)
            telling = Telling(link, Halls(named), place.clock)
            desks = Desks(Halls(named), passes, settings.answer_within_seconds)
            routes = _routes(Halls(named), passes, refusing, settings, desks)
            port = await stack.enter_async_context(serving(routes, settings.host, settings.port))
            stack.callback(desks.stop)
            log.info("branches %s on port %d", ", ".join(named), port)
            async with asyncio.TaskGroup() as tasks:
                for hall in named.values():
                    tasks.create_task(hall.hubward.run(), name=f"branch {hall.name} to the hub")
                    tasks.create_task(_sweep(hall), name=f"old visits of {hall.name}")
                tasks.create_task(link.retries(refusing.once_more), name="wishes tried once more")
                tasks.create_task(link.announcements(telling.announced), name="places and waits")
                tasks.create_task(link.carry_out(telling.carry_out), name="what the hub says")


def _routes(
    halls: Halls, passes: Passes, refusing: Refusing, settings: BranchSettings, desks: Desks
) -> list[BaseRoute]:  # fmt: skip
    pages = Pages(settings.public_url)
    tickets = Tickets(halls, passes, refusing, pages, settings)
    receptions = Receptions(halls, passes, tickets)
    live = Live(halls, tickets, desks, receptions)
    return [*live.routes(), *tickets.routes(), *desks.routes(), *receptions.routes(), *pages.routes()]


async def _sweep(hall: Hall) -> None:
    while True:
        await hall.sweep()
        await asyncio.sleep(_SWEEP_SECONDS)
