"""Consent over HTTP: said once, told as of any time, whatever the spelling of the contact point."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.application.customers.consents import Consents
from hub.application.intake.recorder import ContactRecorder
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Contact, Identifier, Path
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.customer.normalise import normalise
from hub.domain.ids import customer_id
from tests.api.asking import says, signed_in
from tests.api.world import KEY, NOON, World

PHONE = {"kind": "phone", "value": "0912 123 4567", "source": "web form"}
YES = {**PHONE, "said": "granted", "channel": "sms", "purpose": "promotional", "text_version": "v1"}
NO = {**PHONE, "said": "denied", "channel": "sms", "purpose": "service"}
HOME = customer_id(KEY, "phone", "+989121234567")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(world, Role.ADMIN, "root") as client:
        yield client


async def said(http: httpx.AsyncClient, path: str, body: dict[str, Any], method: str = "POST") -> list[str]:
    """The types of the events it led to."""
    response = await http.request(method, path, json=body)
    assert response.status_code == 200, response.text
    return [one["type"] for one in response.json()["events"]]


async def holds(http: httpx.AsyncClient, purpose: str = "promotional", **asked: Any) -> dict[str, Any]:
    """What is told of messages to the phone for a purpose."""
    params = {"kind": "phone", "value": "+98 912 1234567", **asked}
    told = (await http.get("/v1/consents", params=params)).json()
    [row] = [one for one in told["consents"] if (one["channel"], one["purpose"]) == ("sms", purpose)]
    assert (told["kind"], told["value"]) == ("phone", "+989121234567")
    return dict(row)


async def test_a_consent_is_recorded_once_in_the_stream_of_its_contact_point(
    world: World, http: httpx.AsyncClient
) -> None:
    before = await holds(http)
    assert (before["may"], before["consent"], before["since"]) == (False, "default_denied", None)
    assert await said(http, "/v1/consents", YES) == ["CustomerRegistered", "IdentifierObserved", "ConsentGranted"]
    assert await said(http, "/v1/consents", YES | {"value": "+989121234567"}) == []
    assert {one.stream for one in world.journal.log[1:]} == {HOME}
    after = await holds(http)
    assert (after["may"], after["consent"], after["block"]) == (True, "granted", "not_blocked")
    assert (after["source"], after["text_version"], after["actor"]) == ("web form", "v1", "operator:root")


async def test_a_known_customer_is_not_registered_again(world: World, http: httpx.AsyncClient) -> None:
    path = Path(channel=Channel.PHONE, address="09121234567")
    recorder = ContactRecorder(world.journal, world.clock, KEY)
    await recorder.record([(Contact(id="c-1", path=path, occurred_at=NOON), "adapter:pbx")])
    assert await said(http, "/v1/consents", YES) == ["ConsentGranted"]


@pytest.mark.parametrize("value", ["12345", "call me", "+98 912 123"])
async def test_of_a_phone_that_is_no_number_nobody_becomes_a_customer(
    world: World, http: httpx.AsyncClient, value: str
) -> None:
    before = list(world.journal.log)
    for body in (YES, NO):
        told = says(await http.post("/v1/consents", json=body | {"value": value}), 422, "invalid", "value")
        assert value in str(told["detail"])
    assert world.journal.log == before


async def test_who_came_from_a_short_code_can_say_what_they_like(world: World, http: httpx.AsyncClient) -> None:
    path = Path(channel=Channel.SMS, address="30007")
    recorder = ContactRecorder(world.journal, world.clock, KEY)
    await recorder.record([(Contact(id="c-1", path=path, occurred_at=NOON), "adapter:sms")])
    assert await said(http, "/v1/consents", NO | {"value": "30007"}) == ["ConsentDenied"]


async def test_it_is_told_as_of_any_time(world: World, http: httpx.AsyncClient) -> None:
    await said(http, "/v1/consents", YES | {"expires_at": (NOON + timedelta(days=9)).isoformat()})
    world.clock.moment = NOON + timedelta(days=2)
    await said(http, "/v1/consents", YES | {"said": "withdrawn", "at": (NOON + timedelta(days=1)).isoformat()})
    told = {}
    for days in (-1, 0, 1, 9):
        at = (NOON + timedelta(days=days)).isoformat()
        told[days] = (await holds(http, at=at))["consent"]
    assert told == {-1: "default_denied", 0: "granted", 1: "withdrawn", 9: "withdrawn"}
    known = {"at": (NOON + timedelta(days=9)).isoformat(), "known_at": (NOON + timedelta(days=1)).isoformat()}
    assert (await holds(http, **known))["consent"] == "expired"


async def test_a_no_counts_though_the_clock_stepped_back_since_the_yes(world: World, http: httpx.AsyncClient) -> None:
    await said(http, "/v1/consents", YES)
    world.clock.moment -= timedelta(milliseconds=3)
    stop = PHONE | {"channel": "sms", "scope": "channel"}
    assert await said(http, "/v1/consents/unsubscribe", stop) == ["ConsentWithdrawn"]
    world.clock.moment += timedelta(milliseconds=3)
    assert (await holds(http))["consent"] == "withdrawn"


async def test_unsubscribing_ends_promotional_messages_where_it_was_said(http: httpx.AsyncClient) -> None:
    await said(http, "/v1/consents", YES)
    await said(http, "/v1/consents", YES | {"channel": "phone"})
    stop = {**PHONE, "channel": "sms", "source": "reply: stop", "scope": "channel"}
    assert await said(http, "/v1/consents/unsubscribe", stop) == ["ConsentWithdrawn"]
    assert await said(http, "/v1/consents/unsubscribe", stop) == []
    assert await said(http, "/v1/consents/unsubscribe", stop | {"scope": "point"}) == ["ConsentWithdrawn"]
    assert (await holds(http))["consent"] == "withdrawn"
    assert (await holds(http, "transactional"))["may"] is True


async def test_unsubscribing_everywhere_reaches_what_a_trusted_system_attests(
    world: World, http: httpx.AsyncClient
) -> None:
    mail = Identifier(kind="email", value="zohar@example.org", verified=True)
    claimed = Identifier(kind="email", value="somebody@example.org")
    number = Identifier(kind="customer_number", value="77", verified=True)
    phone = Identifier(kind="phone", value="+989121234567", verified=True)
    contact = Contact(
        id="c-1",
        path=Path(channel=Channel.PHONE, address="+989121234567"),
        occurred_at=NOON,
        identifiers=(phone, mail, claimed, number),
    )
    await ContactRecorder(world.journal, world.clock, KEY).record([(contact, "adapter:pbx")])
    her = customer_id(KEY, "customer_number", "77")
    stop = {**PHONE, "channel": "sms", "customer_id": her}
    await said(http, "/v1/consents/unsubscribe", stop)
    told = {}
    for value in ("zohar@example.org", "somebody@example.org"):
        rows = (await http.get("/v1/consents", params={"kind": "email", "value": value})).json()["consents"]
        told[value] = next(one["consent"] for one in rows if one["purpose"] == "promotional")
    assert told == {"zohar@example.org": "withdrawn", "somebody@example.org": "default_denied"}
    assert (await holds(http))["consent"] == "withdrawn"
    [nowhere] = (await http.get(f"/v1/customers/{her}/consents")).json()["nowhere"]
    assert (nowhere["purpose"], nowhere["since"], nowhere["source"]) == (
        "promotional", NOON.isoformat().replace("+00:00", "Z"), PHONE["source"],
    )  # fmt: skip
    assert nowhere["value"] in ("+989121234567", "zohar@example.org")
    world.clock.moment += timedelta(minutes=1)
    await said(http, "/v1/consents", YES)
    assert (await http.get(f"/v1/customers/{her}/consents")).json()["nowhere"] == []


async def test_lists_block_each_for_itself(http: httpx.AsyncClient) -> None:
    await said(http, "/v1/consents", YES)
    listed = {**PHONE, "channel": "sms", "source": "operator blacklist"}
    assert await said(http, "/v1/consents/block", listed) == ["PointBlocked"]
    assert await said(http, "/v1/consents/block", listed) == []
    row = await holds(http)
    assert (row["may"], row["consent"], row["lists"]) == (False, "granted", ["operator blacklist"])
    assert await said(http, "/v1/consents/unblock", listed | {"source": "regulator"}) == []
    assert await said(http, "/v1/consents/unblock", listed) == ["PointUnblocked"]
    assert (await holds(http))["may"] is True


async def test_a_customers_contact_points_and_newest_preference_are_told_together(
    world: World, http: httpx.AsyncClient
) -> None:
    hours = [{"days": [6, 7], "start": "09:00", "end": "13:00"}]
    wanted = {**PHONE, "language": "fa", "preferred_channel": "sms", "hours": hours, "time_zone": "Asia/Tehran"}
    told = await said(http, "/v1/consents/preference", wanted, "PUT")
    assert told == ["CustomerRegistered", "IdentifierObserved", "PreferenceChanged"]
    assert await said(http, "/v1/consents/preference", wanted, "PUT") == []
    answer = (await http.get(f"/v1/customers/{HOME}/consents")).json()
    assert [point["value"] for point in answer["points"]] == ["+989121234567"]
    assert answer["preference"] == answer["points"][0]["preference"]
    assert answer["preference"]["hours"] == hours
    assert len(answer["points"][0]["consents"]) == 12


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/consents", YES | {"kind": "national_id"}, "kind"),
        ("/v1/consents", YES | {"value": "anonymous"}, "value"),
        ("/v1/consents", YES | {"channel": "email"}, "channel"),
        ("/v1/consents", YES | {"purpose": "reply"}, "purpose"),
        ("/v1/consents", YES | {"text_version": ""}, "text_version"),
        ("/v1/consents", YES | {"at": "2026-01-06T12:00:00Z"}, "at"),
        ("/v1/consents", YES | {"at": "2026-01-04T12:00:00"}, "at"),
        ("/v1/consents", NO | {"expires_at": "2026-01-09T12:00:00Z"}, "expires_at"),
        ("/v1/consents", YES | {"said": "perhaps"}, "said"),
        ("/v1/consents/unsubscribe", {**PHONE, "channel": "sms", "scope": "world"}, "scope"),
        ("/v1/consents/block", {**PHONE, "channel": "email"}, "channel"),
    ],
)
async def test_what_can_not_be_is_refused_and_blamed(
    world: World, http: httpx.AsyncClient, path: str, body: dict[str, Any], field: str
) -> None:
    before = len(world.journal.log)
    response = await http.post(path, json=body)
    assert (response.status_code, response.json()["field"]) == (422, field), response.text
    assert len(world.journal.log) == before


async def test_who_is_not_there_is_not_found(http: httpx.AsyncClient) -> None:
    for customer in ("customer-1", "pool-main", "access-keys"):
        assert (await http.get(f"/v1/customers/{customer}/consents")).status_code == 404


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(Role.ADAPTER, (200, 200, 403)), (Role.AGENT, (200, 403, 200)), (Role.SUPERVISOR, (200, 200, 200))],
)
async def test_who_may_do_what(
    world: World, http: httpx.AsyncClient, role: Role, allowed: tuple[int, int, int]
) -> None:
    http.headers.update(await world.bearer(role))
    listed = {**PHONE, "channel": "sms"}
    told = (
        await http.post("/v1/consents/unsubscribe", json=listed),
        await http.post("/v1/consents/block", json=listed),
        await http.get("/v1/consents", params={"kind": "phone", "value": "09121234567"}),
    )
    assert tuple(response.status_code for response in told) == allowed


async def test_another_writer_who_is_first_changes_nothing(world: World, http: httpx.AsyncClient) -> None:
    meta = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
    value = normalise("phone", PHONE["value"]).value
    load = world.journal.load

    async def late(*asked: Any) -> Any:
        found = await load(*asked)
        if not world.journal.version(HOME):
            seen = IdentifierObserved(**meta, kind="phone", value=value, verified=False)
            world.write((HOME, CustomerRegistered(**meta)))
            world.write((HOME, seen))
        return found

    world.journal.load = late  # type: ignore[method-assign]
    assert await said(http, "/v1/consents", YES) == ["ConsentGranted"]
    assert [type(one.event).__name__ for one in world.journal.log if one.stream == HOME] == [
        "CustomerRegistered",
        "IdentifierObserved",
        "ConsentGranted",
    ]


async def test_a_no_outlives_the_forgetting_of_whoever_said_it_and_a_yes_does_not(
    world: World, http: httpx.AsyncClient
) -> None:
    await said(http, "/v1/consents", YES)
    await said(http, "/v1/consents", NO)
    renewed = Consents(world.journal, world.clock, KEY, lineage=lambda stream: (stream, stream + "-again"))
    object.__setattr__(world.services, "consents", renewed)
    assert (await holds(http))["consent"] == "default_denied"
    assert (await holds(http, "service"))["consent"] == "denied"
    assert await said(http, "/v1/consents", NO) == []
    assert await said(http, "/v1/consents", YES) == ["CustomerRegistered", "IdentifierObserved", "ConsentGranted"]
    assert {one.stream for one in world.journal.log[-3:]} == {HOME + "-again"}
    assert (await holds(http))["may"] is True


async def test_a_link_shows_what_holds_at_both_and_changes_it_at_neither(world: World, http: httpx.AsyncClient) -> None:
    mail = {"kind": "email", "value": "zohar@example.org", "source": "web form"}
    await said(http, "/v1/consents", YES)
    await said(http, "/v1/consents", {**mail, "said": "denied", "channel": "email", "purpose": "promotional"})
    other = customer_id(KEY, "email", "zohar@example.org")
    apart = await points(http, HOME) | await points(http, other)
    link = (await http.post(f"/v1/customers/{HOME}/links", json={"customer_id": other, "reason": "her card"})).json()
    assert await points(http, HOME) == await points(http, other) == apart
    link_id = next(one["event"]["link_id"] for one in link["events"] if one["type"] == "CustomersLinked")
    gone = await http.request("DELETE", f"/v1/customers/{HOME}/links/{link_id}", json={"reason": "a mistake"})
    assert gone.status_code == 200, gone.text
    assert list(await points(http, HOME)) == ["+989121234567"]
    assert await points(http, HOME) | await points(http, other) == apart


async def points(http: httpx.AsyncClient, customer: str) -> dict[str, Any]:
    """What holds at each contact point of a customer."""
    told = (await http.get(f"/v1/customers/{customer}/consents")).json()
    return {point["value"]: point["consents"] for point in told["points"]}


@pytest.mark.parametrize(
    ("role", "said_on", "kind", "value", "source", "ended"),
    [
        (Role.AGENT, "phone", "phone", "0912 123 4567", "call", {("phone", "promotional")}),
        (Role.AGENT, "phone", "email", "Ann@Example.com", "call", {("email", "promotional")}),
        (
            Role.AGENT,
            "in_person",
            "phone",
            "0912 123 4567",
            "counter",
            {("phone", "promotional"), ("sms", "promotional")},
        ),
        (Role.ADAPTER, "sms", "phone", "+989121234567", "keyword: لغو", {("sms", "promotional")}),
        (Role.ADAPTER, "email", "email", "ann@example.com", "link in a letter", {("email", "promotional")}),
        (Role.ADAPTER, "web", "phone", "۰۹۱۲۱۲۳۴۵۶۷", "web form", {("phone", "promotional"), ("sms", "promotional")}),
    ],
)
async def test_unsubscribing_on_any_channel_takes_a_contact_point_and_no_customer_id(
    world: World, role: Role, said_on: str, kind: str, value: str, source: str, ended: set[tuple[str, str]]
) -> None:
    """Nobody has heard of the contact point before."""
    async with signed_in(world, role, "somebody") as client:
        told = {"kind": kind, "value": value, "channel": said_on, "source": source}
        response = await client.post("/v1/consents/unsubscribe", json=told | {"scope": "channel"})
    assert response.status_code == 200, response.text
    events = [one["event"] for one in response.json()["events"] if one["type"] == "ConsentWithdrawn"]
    assert {(one["channel"], one["purpose"]) for one in events} == ended
