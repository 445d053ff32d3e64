"""What comes to a real Kamailio from strangers and in strange words, and phones that are not there."""

from pathlib import Path

import pytest

from hub.channels.kamailio.settings import KamailioSettings
from tests.channels.kamailio.edge_site import edge_site
from tests.channels.kamailio.kamailio import customer, kamailio, missing, phone
from tests.channels.kamailio.telephone import telephone
from tests.support.asterisk import udp_ports

pytestmark = [pytest.mark.acceptance, pytest.mark.skipif(bool(missing()), reason=missing() or "real calls")]

STRANGE = {
    "nobody": "<sip:127.0.0.1>;tag=1",
    "long": f"<sip:{'9' * 20_000}@there>;tag=1",
    "named": '"{\\"x\\": 1}, \x01' + "x" * 20_000 + '" <sip:+982188002@there>;tag=1',
    "binary": "<sip:\x02\xff|:@there>;tag=1",
    "tel": "<tel:+982188003>;tag=1",
}
MALFORMED = {"quoted": '<sip:a"b@there>;tag=1', "tagged": '<sip:a@there>;tag={"'}


async def test_strangers_call_nobody_here_and_nobody_elsewhere() -> None:
    elsewhere = '"^10[.]"'
    async with (
        kamailio("nats://127.0.0.1:9", trunks=elsewhere) as edge,
        telephone(edge.port) as one,
        telephone(edge.port) as victim,
    ):
        they, here = f"sip:a@127.0.0.1:{victim.port}", [f"<sip:127.0.0.1:{edge.port};lr>"]
        one.says("OPTIONS", "scans", more=["User-Agent: friendly-scanner"])
        for method in ("INVITE", "MESSAGE", "BYE"):
            one.says(method, f"within-{method}", to="<sip:a@there>;tag=1", about=they, routes=here)
            assert " 403 " in await one.hears("SIP/2.0 4", f"within-{method}")
        for method in ("INVITE", "REGISTER", "OPTIONS"):
            one.says(method, method)
            assert " 403 " in await one.hears("SIP/2.0 4", method)
        one.says("CANCEL", "not-here")
        assert " 481 " in await one.hears("SIP/2.0 4", "not-here")
        assert (victim.heard, one.of("scans")) == ([], [])


async def test_whatever_callers_write_each_waits_and_one_too_many_is_told_when_to_try_again(tmp_path: Path) -> None:
    most = f"#!define MOST_CALLS {len(STRANGE)}"
    async with edge_site(tmp_path, local=most) as site, telephone(site.edge.port) as one:
        for name, caller in MALFORMED.items():
            one.says("INVITE", name, caller=caller)
            assert " 400 " in await one.hears("SIP/2.0 4", name)
        for name, caller in STRANGE.items():
            one.says("INVITE", name, caller=caller)
            await one.hears("SIP/2.0 180", name)
        assert " 484 " in await one.hears("SIP/2.0 4", "long")
        await site.happens("InteractionQueued", len(STRANGE) - 1)
        await site.adapter.kill()
        await site.adapter.start()
        assert "4 stand" in site.adapter.log(), "all calls are told, whatever is written in one"
        for name in ("last", "more"):
            one.says("INVITE", name)
            answer = await one.hears("SIP/2.0 ", name)
        assert " 503 " in answer
        assert "\r\nRetry-After: 10\r\n" in answer
        one.says("INVITE", "last")
        await one.hears("SIP/2.0 180", "last", times=2)


async def test_phones_that_are_not_there_cost_no_caller_the_call(tmp_path: Path) -> None:
    alive, dead = udp_ports(2)
    uris = tuple(f"sip:{{agent}}@127.0.0.1:{port}" for port in (alive, dead))
    settings = KamailioSettings(agent_uris=uris)
    dan = next(name for name in map("dan{}".format, range(20)) if settings.uris(name)[0].endswith(str(dead)))
    where = {"agent_uris": uris, "agents": {"ann": "sip:ann@nowhere.invalid"}}
    async with edge_site(tmp_path, **where) as site, customer(site.edge) as caller:
        await site.sign_on("ann")
        [declined] = await site.happens("OfferDeclined")
        async with phone(alive) as asterisk:
            await site.sign_on(dan)
            await site.happens("InteractionEnded")
            assert [await one.over() for one in (caller, asterisk)] == [0, 0]
        [accepted] = await site.happens("OfferAccepted")
        assert (declined.agent_id, accepted.agent_id) == ("ann", dan)  # type: ignore[attr-defined]


async def test_that_somebody_hung_up_is_heard_though_kamailio_or_its_adapter_was_started_again(tmp_path: Path) -> None:
    async with (
        edge_site(tmp_path) as site,
        telephone(site.edge.port) as caller,
        telephone(site.edge.port, site.phones["ann"]) as ann,
    ):
        await site.sign_on("ann")
        for number, name in enumerate(("adapter", "kamailio"), 1):
            caller.says("INVITE", name)
            await caller.confirms(name)
            await site.happens("OfferAccepted", number)
            await ann.hears("ACK", name)
            if name == "kamailio":
                await site.edge.kill()
                await site.edge.start()
                await caller.hangs_up(name)
            else:
                await site.adapter.kill()
                await caller.hangs_up(name)
                await site.adapter.start()
            assert ann.of(name, "BYE")
            await site.happens("InteractionEnded", number)
    site.check(contacts=2)
