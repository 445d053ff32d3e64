"""A whole hub asks how it was: each once over kill -9, told to adapters, answered over NATS, counted; and it says on
time which cases are overdue."""

import asyncio
import os
import random
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.bus.subjects import OUTBOUND
from hub.channels.adapter import ChannelAdapter
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.cases.events import CaseOverdue
from hub.domain.contact import Channel, ConversationEvent, ConversationSignal
from hub.domain.event import Event
from hub.domain.satisfaction.events import SatisfactionAsked
from hub.journal.store import open_store
from hub.operations.access import issue_key
from hub.operations.cases import listed_cases
from hub.settings import Settings
from hub.simulated.process import HubProcess

pytestmark = pytest.mark.acceptance

POLICY = """
[quiet_hours]
daily = []
[[value_tiers]]
name = "standard"
[[stages]]
name = "acquisition"
[[surveys.rules]]
ask = "csat"
about = "case"
via = ["sms"]
"""
ROUNDS, EACH = 3, 4
CLOCK = WallClock()


async def post(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> Any:
    async with session.post(url, json=body) as response:
        assert response.status in (200, 201), await response.text()
        return await response.json()


async def settled_case(session: aiohttp.ClientSession, url: str, number: int) -> str:
    """Somebody calls, a case is opened and settled; its id."""
    path = {"channel": "phone", "address": f"+98912555{number:04}"}
    now = CLOCK.now().isoformat()
    contact = await post(session, f"{url}/v1/contacts", {"id": f"c-{number}", "path": path, "occurred_at": now})
    told = {"kind": "problem", "subject": "no signal", "owner": "ann"}
    opened = await post(session, f"{url}/v1/customers/{contact['customer_id']}/cases", told)
    case = str(opened["events"][0]["event"]["case_id"])
    await post(session, f"{url}/v1/cases/{case}/resolve", {"resolution": "repaired"})
    return case


def events_of(settings: Settings, kind: type[Event]) -> list[Any]:
    store = open_store(settings)
    try:
        return [one.event for one in store.read(0, 10_000) if isinstance(one.event, kind)]
    finally:
        store.close()


async def until_asked(settings: Settings, number: int) -> list[SatisfactionAsked]:
    async with asyncio.timeout(60):
        while len(found := await asyncio.to_thread(events_of, settings, SatisfactionAsked)) < number:
            await asyncio.sleep(0.1)
    return found


async def told_to_adapters(nats_url: str) -> list[dict[str, Any]]:
    """What JetStream keeps for adapters about surveys, each id once."""
    bus = await connect(nats_url, "test")
    try:
        js = bus.jetstream()
        last = (await js.stream_info(OUTBOUND)).state.last_seq
        bodies = [orjson.loads(one.data) for n in range(1, last + 1) if (one := await js.get_msg(OUTBOUND, n)).data]
    finally:
        await bus.close()
    return list({one["id"]: one["data"] for one in bodies if one["data"]["command"] == "survey"}.values())


async def test_each_is_asked_and_told_once_whenever_the_hub_is_killed(tmp_path: Path) -> None:
    chance, settings = random.Random(11), Settings(data_dir=tmp_path / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    cases: list[str] = []
    hub = HubProcess(settings)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        try:
            url = (await hub.start()).api_url
            await post(session, f"{url}/v1/policies/paths", {"text": POLICY, "note": "surveys"})
            for _ in range(ROUNDS):
                url = hub.api_url()
                for _ in range(EACH):
                    cases.append(await settled_case(session, url, len(cases)))
                await asyncio.sleep(chance.choice([0.0, 0.005, 0.02]))
                os.killpg(hub.pid, signal.SIGKILL)
                await hub.ended()
                await hub.start()
            asked = await until_asked(settings, len(cases))
            assert Counter(one.about for one in asked) == Counter(cases)
            surveys = sorted(one.survey_id for one in asked)
            async with asyncio.timeout(30):
                while len(told := await told_to_adapters(hub.address.nats_url)) < len(cases):
                    await asyncio.sleep(0.1)
            assert sorted(one["survey_id"] for one in told) == surveys
            first = next(one for one in told if one["about"] == cases[0])
            assert (first["channel"], first["kind"], first["contact_id"], first["thread"]) == (
                "sms", "csat", "c-0", first["survey_id"],
            )  # fmt: skip
        finally:
            await hub.stop()


async def test_answers_come_over_nats_and_are_counted_and_overdue_cases_are_told(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    hub = HubProcess(settings)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        try:
            url = (await hub.start()).api_url
            await post(session, f"{url}/v1/policies/paths", {"text": POLICY, "note": "surveys"})
            case = await settled_case(session, url, 0)
            [asked] = await until_asked(settings, 1)
            bus = await connect(hub.address.nats_url, "sms")
            adapter = ChannelAdapter(Publisher(bus), "sms")

            async def answer(name: str, score: int, survey: str = asked.survey_id) -> tuple[str, str]:
                event = ConversationEvent(
                    id=name, channel=Channel.SMS, thread=asked.survey_id, signal=ConversationSignal.SURVEY_ANSWERED,
                    occurred_at=CLOCK.now(), survey_id=survey, score=score, comment="خوب بود",
                )  # fmt: skip
                confirmed = await adapter.conversation(event)
                return confirmed.status, confirmed.field

            assert await answer("a-1", 5) == ("accepted", "")
            assert await answer("a-1", 5) == ("accepted", "")
            assert await answer("a-2", 1) == ("rejected", "signal")
            assert await answer("a-3", 5, "survey-ab12-7") == ("rejected", "survey_id")
            await bus.close()
            customer = f"customer-{case.split('-')[1]}"
            due = {
                "kind": "problem",
                "subject": "again",
                "due_at": (CLOCK.now() + timedelta(seconds=1)).isoformat(),
            }
            opened = await post(session, f"{url}/v1/customers/{customer}/cases", due)
            overdue = opened["events"][0]["event"]["case_id"]
            async with asyncio.timeout(30):
                while not await asyncio.to_thread(events_of, settings, CaseOverdue):
                    await asyncio.sleep(0.1)
                while True:
                    async with session.get(f"{url}/v1/metrics/live") as response:
                        live = await response.json()
                    if (live["cases_open"], live["cases_overdue"]) == (1, 1):
                        break
                    await asyncio.sleep(0.1)
            async with session.get(f"{url}/v1/metrics/satisfaction?by=agent&by=channel") as response:
                [row] = (await response.json())["satisfaction"]
            assert (row["agent_id"], row["channel"], row["csat_asked"], row["csat_answered"]) == ("ann", "sms", 1, 1)
            assert (row["csat_mean"], row["csat_satisfied"], row["nps"]) == (5.0, 1.0, None)
            async with session.get(f"{url}/v1/cases?overdue=true") as response:
                [listed] = (await response.json())["cases"]
            assert (listed["case_id"], listed["subject"]) == (overdue, "again")
            async with session.get(f"{url}/metrics") as response:
                metrics = await response.text()
            assert 'hub_surveys_total{kind="csat",outcome="asked"} 1.0' in metrics
            assert 'hub_cases{state="overdue"} 1.0' in metrics
            [row] = await asyncio.to_thread(listed_cases, settings, overdue=True, limit=5)
            assert (row["case_id"], row["overdue"], row.get("subject")) == (overdue, True, None)
        finally:
            await hub.stop()
