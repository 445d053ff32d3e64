"""A whole hub and the real adapter: visitors come and are served in the hub's order; hub, adapter and bus are killed in
between, and the branch goes on."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from hub.clock import WallClock
from hub.simulated.client import HubClient
from hub.simulated.process import create_key
from tests.channels.branch.branch_site import Desk, Site, a_site

pytestmark = pytest.mark.acceptance


async def test_a_branch_serves_in_the_hubs_order_and_all_of_it_is_on_record(tmp_path: Path) -> None:
    async with a_site(tmp_path) as site:
        plain, loan = await site.ticket(note="a new card"), await site.ticket(service="loans")
        first = await site.ticket(need="wheelchair", identity={"kind": "customer_number", "value": "4711"})
        assert [one["number"] for one in (plain, loan, first)] == ["A001", "B001", "A002"]
        for one in (plain, loan, first):
            await site.known(one)
        ann = await site.at("1", "ann", "1111")
        assert await ann.next() == first["number"], "who needs it goes first"
        called = await site.until(first, lambda one: one["phase"] == "called")
        assert (called["desk"], called["calls"]) == ("1", 1)
        assert (await ann.do("recall"))["visit"]["calls"] == 2
        parked = await ann.do("park")
        assert await ann.next() == plain["number"]
        await ann.do("transfer", service="loans", reason="wants a loan instead")
        bob = await site.at("2", "bob", "2222")
        assert await bob.next() == plain["number"], "with the age it has"
        assert await ann.next() == loan["number"]
        await ann.do("no-show")
        await ann.do("resume", ticket=parked["parked"][0]["ticket"])
        await ann.do("end", code="served")
        await bob.do("end", code="follow_up")
        await site.happens("WrapUpCompleted", 3)
        assert site.wrapped_up() == {("ann", "no_show"): 1, ("ann", "served"): 1, ("bob", "follow_up"): 1}
        assert not (await ann.do("next"))["visit"], "nobody is left"
        late = await site.ticket()
        assert (await site.until(late, lambda one: one["phase"] == "called"))["desk"] == "1"
        await ann.do("end")
        await site.happens("WrapUpCompleted", 4)
        gone = await site.ticket()
        await site.known(gone)
        assert (await site.ask(f"{gone['link']}/leave"))["phase"] == "left"
        await site.happens("InteractionAbandoned")
        await what_the_hub_does_is_so_in_the_branch(site, ann, bob)
        site.check(contacts=6)


async def what_the_hub_does_is_so_in_the_branch(site: Site, ann: Desk, bob: Desk) -> None:
    token = await create_key(site.hub.settings, "admin", "test")  # which a running hub hears of a moment later
    sara = await site.ticket(identity={"kind": "phone", "value": "+989121234567"}, note="by bus")
    assert await ann.next() == sara["number"]
    async with HubClient(site.hub.api_url, token) as hub:
        while not (found := (await hub.get("/v1/interactions", phase="active"))["interactions"]):
            await asyncio.sleep(0.05)
        [one] = found
        given = await hub.command(
            "POST", f"/v1/interactions/{one['interaction_id']}/transfer", {"agent_id": "ann", "queue": "centre-loans"}
        )
        assert given.status == 200, given
        waits = await site.until(sara, lambda told: told["phase"] == "waiting")
        assert (waits["service"], waits["desk"]) == ("loans", "")
        gone = await hub.command("POST", f"/v1/customers/{one['customer_id']}/forget", {"reason": "asked for"})
        assert gone.status == 200, gone
    assert await bob.next() == sara["number"]
    async with asyncio.timeout(60):
        while (seen := (await bob.do("recall"))["visit"])["identity"] or seen["note"]:
            await asyncio.sleep(0.05)
    await bob.do("end")
    await site.happens("WrapUpCompleted", 5)


async def test_without_the_hub_the_branch_goes_on_in_its_own_order_and_the_hub_follows(tmp_path: Path) -> None:
    async with a_site(tmp_path) as site:
        ann = await site.at("1", "ann", "1111")
        known = await site.ticket()
        await site.known(known)
        await site.kill_hub()
        bob = await site.at("2", "bob", "2222")
        plain, first = await site.ticket(), await site.ticket(need="sight")
        called = [await asyncio.wait_for(ann.next(), 60), await asyncio.wait_for(bob.next(), 60)]
        assert called == [first["number"], known["number"]]
        told = await site.see(plain["link"])
        assert (told["position"], told["wait_by"], told["known"]) == (1, "branch", False)
        await ann.do("end", code="served")
        assert await ann.next() == plain["number"]
        await site.hub.start()
        await site.happens("OfferAccepted", 3)
        await site.until(plain, lambda one: bool(one["known"]))
        await ann.do("end", code="served")
        await bob.do("end", code="served")
        await site.happens("WrapUpCompleted", 3)
        assert site.wrapped_up() == {("ann", "served"): 2, ("bob", "served"): 1}
        recorded = {one.ticket: one for one in await site.happens("VisitRecorded", 3)}  # type: ignore[attr-defined]
        back = min(one.recorded_at for one in site.events() if getattr(one, "contact_id", "") == plain["ticket"])
        assert recorded[first["number"]].ended_at < back, "as it was, before the hub heard of it"  # type: ignore[attr-defined]
        after = await site.ticket()
        assert await bob.next() == after["number"], "by the hub again"
        await bob.do("end")
        await site.happens("WrapUpCompleted", 4)
        site.check(contacts=4)


async def test_who_comes_with_an_appointment_goes_first_and_it_is_on_record_from_the_beginning(tmp_path: Path) -> None:
    async with a_site(tmp_path) as site:
        token = (await site.ask("reception/sign-in", pin="9999"))["token"]
        at = (WallClock().now() + timedelta(hours=1)).isoformat()
        wish = {"service": "accounts", "at": at, "identity": {"kind": "customer_number", "value": "4711"}}
        made = await site.ask("reception/appointments", token, **wish, phone="+989121234567", id="page-1")
        again = await site.ask("reception/appointments", token, **wish, phone="+989121234567", id="page-1")
        assert made["code"] == again["code"]
        await site.happens("ContactPlanned")
        plain = await site.ticket()
        first = await site.ask(f"reception/appointments/{made['code']}/arrive", token)
        assert (first["appointment"], first["service"]) == (made["code"], "accounts")
        for one in (plain, first):
            await site.known(one)
        ann = await site.at("1", "ann", "1111")
        assert await ann.next() == first["number"]
        await ann.do("end", code="served")
        noted = await site.happens("AppointmentNoted", 2)
        assert [getattr(one, "state") for one in noted] == ["made", "arrived"]  # noqa: B009


async def test_pages_hear_of_every_change_and_nobody_acts_in_anothers_name(tmp_path: Path) -> None:
    async with a_site(tmp_path) as site:
        assert (await site.tries("desk/sign-in", desk="1", agent="ann", pin="2222"))[0] == 401
        assert (await site.tries("desk/next", "no such token"))[0] == 401
        assert (await site.tries("reception/tickets", service="accounts"))[0] == 401
        assert (await site.tries("/t/nobody.x/leave"))[0] == 404
        ann = await site.at("1", "ann", "1111")
        assert (await site.tries("desk/sign-in", desk="1", agent="bob", pin="2222"))[0] == 409
        status, told = await site.tries("tickets", service="none")
        assert (status, told["field"]) == (422, "service")
        mine, same = await site.ticket(id="kiosk-1"), await site.ticket(id="kiosk-1")
        assert (mine["number"], mine["link"]) == (same["number"], same["link"])
        async with (
            site.http.ws_connect(f"{site.url}/b/centre/display") as display,
            site.http.ws_connect(f"{site.url}{mine['link']}/live") as phone,
            site.http.ws_connect(f"{site.url}/b/centre/desk/live") as page,
        ):
            await page.send_json({"token": ann.token})
            await ann.next()
            async with asyncio.timeout(60):
                while not (shown := await display.receive_json())["called"]:
                    assert shown["branch"] == "centre"
                while (await phone.receive_json())["phase"] != "called":
                    pass
                while (state := await page.receive_json())["visit"] is None:
                    assert state["agent"] == "ann"
            assert (shown["called"][0]["number"], shown["called"][0]["desk"]) == ("A001", "1")
            await ann.do("end")
            await ann.do("sign-out")
            assert (await site.tries("desk/next", ann.token))[0] == 401
            async with asyncio.timeout(60):
                while not page.closed:
                    await page.receive()
            assert page.close_code == 4401


async def test_whatever_is_killed_every_visitor_is_served_once(tmp_path: Path) -> None:
    async with a_site(tmp_path) as site:
        ann, bob = await site.at("1", "ann", "1111"), await site.at("2", "bob", "2222")
        served: list[str] = []

        async def round_of(count: int) -> None:
            for desk in [ann, bob] * count:
                served.append(await desk.next())
                await desk.do("end", code="served")

        for _ in range(12):
            await site.ticket()
        await round_of(1)
        await site.kill_hub()
        await round_of(1)
        await site.hub.start()
        await round_of(1)
        await site.adapter.kill()
        await site.adapter.start()
        await round_of(1)
        site.kill_bus()
        await round_of(2)
        assert sorted(served) == [f"A{number:03}" for number in range(1, 13)]
        await site.happens("VisitRecorded", 12)
        await site.happens("WrapUpCompleted", 12)
        assert site.wrapped_up() == {("ann", "served"): 6, ("bob", "served"): 6}
        site.check(contacts=12)
