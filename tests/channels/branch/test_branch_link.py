"""A whole hub and the real adapter, with the line between them cut: both go on, the adapter is killed besides, and
afterwards they agree; nobody is lost, and nobody is served twice."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hub.simulated.client import HubClient
from hub.simulated.process import create_key
from tests.channels.branch.branch_site import Site, a_site

pytestmark = pytest.mark.acceptance


async def supervisor(site: Site) -> str:
    """A key; made before what it is for, as a running hub hears of it a moment later."""
    return await create_key(site.hub.settings, "admin", "test")


async def done_at_the_hub(site: Site, token: str, ticket: str, what: str, **body: Any) -> None:
    """By a supervisor, who knows nothing of what the branch does."""
    [interaction] = [
        one.correlation
        for one in site.events()
        if type(one).__name__ == "InteractionQueued" and getattr(one, "contact_id", "") == ticket
    ]
    async with HubClient(site.hub.api_url, token) as hub, asyncio.timeout(30):
        while (await hub.command("POST", f"/v1/interactions/{interaction}/{what}", body)).status != 200:
            await asyncio.sleep(0.1)


async def test_with_the_line_cut_a_branch_that_is_killed_goes_on_and_agrees_with_the_hub_afterwards(
    tmp_path: Path,
) -> None:
    async with a_site(tmp_path) as site:
        token = await supervisor(site)
        ann, bob = await site.at("1", "ann", "1111"), await site.at("2", "bob", "2222")
        first, second, third = [await site.ticket() for _ in range(3)]
        for one in (first, second, third):
            await site.known(one)
        site.wire.cut()
        assert [await ann.next(), await bob.next()] == [first["number"], second["number"]], "the branch's own order"
        for one in (third, first):
            await done_at_the_hub(site, token, one["ticket"], "move", queue="centre-loans")

        await site.adapter.kill()
        await site.adapter.start()
        fourth = await site.ticket()
        assert (await site.see(first["link"]))["desk"] == "1", "who was called stays called"
        await ann.do("end", code="served")
        await bob.do("no-show")
        assert [await ann.next(), await bob.next()] == [third["number"], fourth["number"]]
        await bob.do("end", code="served")

        site.wire.mend()
        await site.known(fourth)
        await ann.do("end", code="served")
        recorded = await site.happens("VisitRecorded", 4)
        came = [(getattr(one, "ticket"), getattr(one, "outcome"), getattr(one, "desk")) for one in recorded]  # noqa: B009
        assert sorted(came) == [
            ("A001", "served", "1"), ("A002", "no_show", "2"), ("A003", "served", "1"), ("A004", "served", "2"),
        ]  # fmt: skip
        await site.happens("WrapUpCompleted", 4)
        assert site.wrapped_up() == {("ann", "served"): 2, ("bob", "no_show"): 1, ("bob", "served"): 1}
        after = await site.ticket()
        assert await ann.next() == after["number"], "by the hub again"
        await ann.do("end")
        await site.happens("WrapUpCompleted", 5)
        site.check(contacts=5)


async def test_the_place_on_the_phone_is_the_hubs_whatever_the_branch_would_think(tmp_path: Path) -> None:
    async with a_site(tmp_path) as site:
        token = await supervisor(site)
        tickets = [await site.ticket() for _ in range(3)]
        for place, one in enumerate(tickets, start=1):
            await site.until(one, lambda told, place=place: told["known"] and told["position"] == place)
        last = tickets[-1]
        async with site.http.ws_connect(f"{site.url}{last['link']}/live") as phone:
            await done_at_the_hub(site, token, last["ticket"], "prioritise", priority=99)
            async with asyncio.timeout(60):
                while (await phone.receive_json())["position"] != 1:
                    pass
        assert [(await site.see(one["link"]))["position"] for one in tickets] == [2, 3, 1]


async def test_what_the_hub_gave_up_meanwhile_is_served_all_the_same_and_on_record(tmp_path: Path) -> None:
    async with a_site(tmp_path) as site:
        token = await supervisor(site)
        ann = await site.at("1", "ann", "1111")
        one = await site.ticket()
        await site.known(one)
        site.wire.cut()
        left = {
            "id": "left", "channel": "in_person", "thread": one["ticket"], "signal": "customer_left",
            "occurred_at": "2026-01-05T12:00:00Z",
        }  # fmt: skip
        async with HubClient(site.hub.api_url, token) as hub, asyncio.timeout(30):
            while (await hub.command("POST", "/v1/conversations", left)).status >= 300:
                await asyncio.sleep(0.1)
        await site.happens("InteractionAbandoned")
        assert await ann.next() == one["number"]
        await site.adapter.kill()
        await site.hub.stop()
        await site.adapter.start()
        await ann.do("end", code="served")
        await site.hub.start()
        site.wire.mend()
        [was] = await site.happens("VisitRecorded")
        assert (getattr(was, "outcome"), getattr(was, "agent_id")) == ("served", "ann")  # noqa: B009
        site.check(contacts=1)
