"""What is personal leaves the API only when it is on record who was shown it."""

from typing import Any

import httpx
import pytest
from starlette.routing import Route

from hub.api.app import ROUTERS
from hub.api.tracing import customers_in, readable
from hub.domain.access.events import Role
from hub.domain.cases.identity import case_id
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered, IdentifierObserved
from hub.domain.ids import customer_id
from hub.domain.reading.events import PersonalDataRead
from hub.ports import ContactRow
from tests.api.asking import says
from tests.api.world import KEY, META, NOON, World

PHONE = "+982112345"
POINT = customer_id(KEY, "phone", PHONE)


def contact() -> ContactReceived:
    return ContactReceived(
        **META, contact_id="c-1", channel=Channel.PHONE, address=PHONE, sender="", thread="t", purpose="service",
        service="", language="", subject="", text="hello", standing=Standing(), pool="main",
    )  # fmt: skip


@pytest.fixture
def known(world: World) -> World:
    for customer in ("customer-1", POINT):
        world.write((customer, CustomerRegistered(**META)))
    world.write((POINT, IdentifierObserved(**META, kind="phone", value=PHONE, verified=False)))
    world.write(("customer-1", contact()))
    world.journal.rows["c-1"] = ContactRow("c-1", "customer-1", b"h")
    return world


def traces(world: World) -> list[tuple[str, str, str, str]]:
    return [
        (one.event.actor, one.event.what, one.event.customer_id, one.event.correlation)
        for one in world.journal.log
        if isinstance(one.event, PersonalDataRead)
    ]


@pytest.mark.parametrize(
    ("path", "what", "customer"),
    [
        ("/v1/customers/customer-1", "customer", "customer-1"),
        ("/v1/customers/customer-1/timeline", "timeline", "customer-1"),
        ("/v1/customers/customer-1/links", "links", "customer-1"),
        ("/v1/customers/customer-1/cases", "cases", "customer-1"),
        ("/v1/customers/customer-1/profile", "profile", "customer-1"),
        (f"/v1/customers?kind=phone&value={PHONE.replace('+', '%2B')}", "search", "customer-1"),
        ("/v1/contacts/c-1", "contact", "customer-1"),
        (f"/v1/consents?kind=phone&value={PHONE.replace('+', '%2B')}", "consents", POINT),
    ],
)
async def test_whoever_is_shown_a_customer_leaves_a_trace(
    known: World, http: httpx.AsyncClient, path: str, what: str, customer: str
) -> None:
    assert (await http.get(path)).status_code == 200
    assert traces(known) == [("operator:root", what, customer, "")]


@pytest.mark.parametrize("path", ["/v1/customers/customer-1", "/v1/customers?kind=phone&value=%2B982112345"])
async def test_without_a_trace_there_is_no_answer(known: World, http: httpx.AsyncClient, path: str) -> None:
    known.journal.fail_next = 1
    told = says(await http.get(path), 503, "unavailable")
    assert "customer-1" not in str(told)
    assert traces(known) == []
    assert (await http.get(path)).status_code == 200
    assert len(traces(known)) == 1


async def test_the_trace_names_the_agent_and_the_work_in_hand(known: World, http: httpx.AsyncClient) -> None:
    maryam = await known.bearer(Role.AGENT, "desk", "maryam")
    known.pool.held["maryam"] = {"interaction-7": "customer-other", "interaction-8": "customer-1"}
    await http.get("/v1/customers/customer-1", headers=maryam)
    assert traces(known) == [("agent:maryam", "customer", "customer-1", "interaction-8")]


async def test_an_interaction_is_read_for_its_own_sake(known: World, http: httpx.AsyncClient) -> None:
    known.views.interaction_of = "customer-1"
    assert (await http.get("/v1/interactions/interaction-1")).status_code == 200
    assert traces(known) == [("operator:root", "interaction", "customer-1", "interaction-1")]


async def test_what_is_not_shown_and_what_programs_read_leaves_none(known: World, http: httpx.AsyncClient) -> None:
    says(await http.get("/v1/customers/customer-2"), 404, "not-found")
    says(await http.get("/v1/contacts/c-2"), 404, "not-found")
    says(await http.get("/v1/customers?kind=phone&value=1"), 404, "not-found")
    adapter = await known.bearer(Role.ADAPTER, "pbx")
    await http.get("/v1/contacts/c-1", headers=adapter)
    assert (await http.get("/v1/queues")).status_code == 200
    assert traces(known) == []


async def test_who_follows_a_customer_is_on_record_before_anything_is_told(
    known: World, http: httpx.AsyncClient
) -> None:
    known.feed.close()
    assert (await http.get("/v1/stream?customer=customer-1")).status_code == 200
    assert traces(known) == [("operator:root", "stream", "customer-1", "")]
    assert (await http.get(f"/v1/stream?case={case_id(POINT, 1)}&case=*")).status_code == 200
    assert traces(known)[1:] == [("operator:root", "stream", POINT, "")]
    known.journal.fail_next = 1
    await known.clock.sleep(60)
    says(await http.get("/v1/stream?customer=customer-1"), 503, "unavailable")
    says(await http.get("/v1/stream?customer=*"), 422, "invalid", "customer")
    assert len(traces(known)) == 2


async def test_supervisors_look_readings_up(known: World, http: httpx.AsyncClient) -> None:
    await http.get("/v1/customers/customer-1")
    await known.clock.sleep(1)
    await http.get("/v1/customers/customer-1/timeline")
    told = (await http.get("/v1/readings?customer=customer-1&limit=1")).json()
    [row] = told["readings"]
    assert (row["actor"], row["what"], row["customer_id"]) == ("operator:root", "timeline", "customer-1")
    [row] = (await http.get(f"/v1/readings?limit=1&after={told['after']}")).json()["readings"]
    assert (row["what"], row["at"]) == ("customer", NOON.isoformat().replace("+00:00", "Z"))
    assert (await http.get("/v1/readings?actor=agent:nobody")).json() == {"readings": [], "names": {}, "after": None}
    assert (await http.get("/v1/readings?to=2026-01-05T12:00:00Z")).json()["readings"] == []
    says(await http.get("/v1/readings?after=x"), 422, "invalid", "after")
    says(await http.get("/v1/readings?from=yesterday"), 422, "invalid", "from")


NOTHING_PERSONAL = {
    "/v1/accounts",
    "/v1/accounts/{account_id}",
    "/v1/accounts/{account_id}/grants",
    "/v1/agents",
    "/v1/agents/{agent_id}",
    "/v1/agents/{agent_id}/history",
    "/v1/agents/{agent_id}/phone",
    "/v1/board",
    "/v1/channels",
    "/v1/rejects",
    "/v1/rejects/{reject_id}",  # whose it is nobody knows: RejectedContactShown is its trace
    "/v1/rejects/{reject_id}/raw",
    "/v1/interactions/{interaction_id}/decisions",
    "/v1/keys",
    "/v1/outbound/{outbound_id}",
    "/v1/path-uplift",
    "/v1/people",
    "/v1/people/{person_id}",
    "/v1/readings",
    "/v1/responses",
    "/v1/session",
    "/v1/session/oidc",
    "/v1/session/oidc/callback",
    "/v1/session/providers",
    "/v1/teams",
    "/v1/teams/{team_id}",
    "/v1/desk",
    "/v1/agents/{agent_id}/drafts",
    "/v1/canned-answers",
    "/v1/canned-answers/{answer_id}",
    "/v1/canned-answers/{answer_id}/history",
    "/v1/colleagues",
}
OF_THE_CENTRE = ("/v1/policies/", "/v1/reports", "/v1/metrics", "/v1/queues")
"""What routes that show nobody begin with."""


def test_every_route_that_reads_is_known_to_show_whose_data_or_nobodys() -> None:
    paths = {route.path for router in ROUTERS for route in router.routes if isinstance(route, Route)
             and "GET" in (route.methods or ()) and route.path.startswith("/v1/")}  # fmt: skip
    silent = {path for path in paths if readable(path) is None and not path.startswith(OF_THE_CENTRE)}
    assert silent <= NOTHING_PERSONAL, "say in hub/api/tracing.py whose data these show, or here that it is nobody's"
    assert readable("/v1/customers/{customer_id}/anything") is not None


@pytest.mark.parametrize(
    ("answer", "customers"),
    [
        ({"left": "customer-1", "between": [{"customer_id": "customer-2"}]}, ["customer-1", "customer-2"]),
        ({"who": {"customer-1": {"name": "Negar"}}, "rest": []}, ["customer-1"]),
        ({"case_id": "case-1-2", "n": 3, "x": None}, ["customer-1"]),
        ({"rule": "case-law", "case": "case-", "text": "my customer-service"}, []),
    ],
)
def test_whose_data_a_list_holds_is_read_from_it(answer: Any, customers: list[str]) -> None:
    assert list(customers_in(answer)) == customers
