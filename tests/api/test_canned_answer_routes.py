"""Canned answers over HTTP: supervisors write, agents find and fill them in."""

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.cases.events import CaseInteractionAttached, CaseKind, CaseOpened, Severity
from hub.domain.customer.events import IdentifierObserved, ProfileChanged
from hub.domain.reading.events import PersonalDataRead
from hub.router.policy.parsing import parse_policy
from tests.api.asking import says
from tests.api.ongoing import MINA, WORK, world_with_it
from tests.api.world import META, World

ROUTE = "/v1/canned-answers"
LOST = {"folder": "cards/lost", "title": "Lost card", "texts": {"en": "Dear {customer.name}", "fa": "كارت گم شده"}}
FILL = {"agent_id": "a1", "interaction_id": WORK, "language": "fa"}


@pytest.fixture
def world() -> World:
    world = world_with_it()
    policy = 'time_zone = "Asia/Tehran"\n[queues.cards]\n[labels.queues.cards]\nfa = "کارت‌ها"\n[[rules]]\nqueue="cards"'
    world.pool.policy = parse_policy(policy)
    return world


async def titles(http: httpx.AsyncClient, asked: str = "") -> list[str]:
    return [one["title"] for one in (await http.get(f"{ROUTE}{asked}")).json()["answers"]]


async def test_answers_are_found_by_language_folder_channel_and_words(http: httpx.AsyncClient) -> None:
    await http.put(f"{ROUTE}/lost", json=LOST)
    hours = {"folder": "cards", "title": "Hours", "texts": {"en-GB": "from 8"}, "channels": ["sms"]}
    await http.put(f"{ROUTE}/hours", json=hours)
    await http.put(f"{ROUTE}/bye", json={"title": "Bye", "texts": {"en": "Goodbye"}})
    assert await titles(http) == ["Bye", "Hours", "Lost card"]
    assert await titles(http, "?language=en") == ["Bye", "Hours", "Lost card"]
    assert await titles(http, "?language=fa-IR") == ["Lost card"]
    assert await titles(http, "?folder=cards") == ["Hours", "Lost card"]
    assert await titles(http, "?folder=card") == []
    assert await titles(http, "?channel=sms&language=en-GB") == ["Bye", "Hours", "Lost card"]
    assert await titles(http, "?channel=email") == ["Bye", "Lost card"]
    assert await titles(http, "?q=کارت گم") == ["Lost card"]
    told = (await http.get(ROUTE)).json()
    assert told["folders"] == ["", "cards", "cards/lost"]
    assert "customer.name" in told["variables"]
    assert next(one for one in told["answers"] if one["answer_id"] == "lost")["variables"] == ["customer.name"]


async def test_supervisors_write_and_agents_read(world: World, http: httpx.AsyncClient) -> None:
    boss, ann = await world.bearer(Role.SUPERVISOR, "boss"), await world.bearer(Role.AGENT, "desk", "ann")
    assert (await http.put(f"{ROUTE}/lost", json=LOST | {"expected_version": 0}, headers=boss)).status_code == 200
    says(await http.put(f"{ROUTE}/lost", json=LOST, headers=ann), 403, "forbidden")
    assert (await http.get(f"{ROUTE}/lost", headers=ann)).json()["version"] == 1
    assert (await http.put(f"{ROUTE}/lost", json=LOST)).json() == {"events": []}
    says(await http.put(f"{ROUTE}/lost", json=LOST | {"title": "x", "expected_version": 0}), 409, "refused")
    says(await http.put(f"{ROUTE}/lost", json=LOST | {"texts": {"fa": "{nobody}"}}), 422, "invalid", "texts.fa")
    says(await http.put(f"{ROUTE}/no name", json=LOST), 422, "invalid", "answer_id")
    assert (await http.delete(f"{ROUTE}/lost?expected_version=1")).json()["events"][0]["type"] == "CannedAnswerRemoved"
    assert (await http.delete(f"{ROUTE}/lost")).json() == {"events": []}
    says(await http.get(f"{ROUTE}/lost"), 404, "not-found")
    told = (await http.get(f"{ROUTE}/lost/history")).json()["history"]
    assert [one["type"] for one in told] == ["CannedAnswerWritten", "CannedAnswerRemoved"]
    assert told[0]["event"]["texts"] == LOST["texts"]
    says(await http.get(f"{ROUTE}/never/history"), 404, "not-found")


async def test_it_is_filled_with_what_is_so_and_says_what_is_not_known(world: World, http: httpx.AsyncClient) -> None:
    text = "{customer.name} {customer.number} {agent.name} {case.number} {case.subject} {queue.name} {today} {time}"
    await http.put(f"{ROUTE}/all", json={"title": "all", "texts": {"fa": text}})
    told = (await http.post(f"{ROUTE}/all/fill", json=FILL)).json()
    assert told == {
        "text": "{customer.name} {customer.number} Ann {case.number} {case.subject} کارت‌ها ۱۵ دی ۱۴۰۴ ۱۵:۳۰",
        "language": "fa",
        "missing": ["customer.name", "customer.number", "case.number", "case.subject"],
    }
    world.write(
        (MINA, ProfileChanged(**META, name="مینا")),
        (MINA, IdentifierObserved(**META, kind="customer_number", value="4711", verified=True)),
        (MINA, CaseOpened(**META, case_id="case-1", kind=CaseKind.PROBLEM, severity=Severity.LOW, subject="bill")),
        (MINA, CaseInteractionAttached(**META, case_id="case-1", interaction_id=WORK)),
    )
    told = (await http.post(f"{ROUTE}/all/fill", json=FILL)).json()
    assert told["text"] == "مینا 4711 Ann case-1 bill کارت‌ها ۱۵ دی ۱۴۰۴ ۱۵:۳۰"
    assert told["missing"] == []
    [read] = [one.event for one in world.journal.log if isinstance(one.event, PersonalDataRead)]
    assert (read.what, read.customer_id, read.correlation) == ("canned answer", MINA, WORK)


async def test_what_can_not_be_filled_in_is_said(world: World, http: httpx.AsyncClient) -> None:
    await http.put(f"{ROUTE}/bye", json={"title": "Bye", "texts": {"en": "Bye, {today}"}})
    says(await http.post(f"{ROUTE}/bye/fill", json=FILL), 404, "not-found")
    says(await http.post(f"{ROUTE}/hello/fill", json=FILL | {"language": "en"}), 404, "not-found")
    asked = FILL | {"language": "en-US"}
    says(await http.post(f"{ROUTE}/bye/fill", json=asked | {"interaction_id": "interaction-9"}), 404, "not-found")
    ben = await world.bearer(Role.AGENT, "desk", "ben")
    says(await http.post(f"{ROUTE}/bye/fill", json=asked, headers=ben), 403, "forbidden")
    told = (await http.post(f"{ROUTE}/bye/fill", json=asked)).json()
    assert told == {"text": "Bye, 5 January 2026", "language": "en", "missing": []}
