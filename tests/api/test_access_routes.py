"""A key opens the routes of its role, for its own agent only, until it is revoked."""

import httpx
import pytest

from hub.domain.access.events import Role
from tests.api.asking import WORK, says
from tests.api.world import World


async def test_no_key_is_unauthenticated_and_the_open_routes_need_none(world: World, http: httpx.AsyncClient) -> None:
    for header in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer hub_x"}):
        http.headers.pop("authorization", None)
        for method, path in (("GET", "/v1/queues"), ("POST", "/v1/offers/o/accept"), ("GET", "/v1/nothing")):
            response = await http.request(method, path, headers=header)
            says(response, 401, "unauthenticated")
            assert response.headers["www-authenticate"] == "Bearer"
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
        assert (await http.get(path)).status_code == 200, path
    assert not world.pool.commands


async def test_a_revoked_key_is_good_no_longer(world: World, http: httpx.AsyncClient) -> None:
    issued = await world.key(Role.ADMIN)
    header = {"Authorization": f"Bearer {issued.token}"}
    assert (await http.get("/v1/queues", headers=header)).status_code == 200
    await world.access.revoke(issued.key_id)
    says(await http.get("/v1/queues", headers=header), 401, "unauthenticated")


ROLES = {
    "open": [
        "GET /v1/session/providers",
        "POST /v1/session",
        "POST /v1/session/demo",
        "GET /v1/session/oidc",
        "GET /v1/session/oidc/callback",
    ],
    "anything": [
        "GET /v1/session",
        "DELETE /v1/session",
        "POST /v1/session/lock",
        "POST /v1/session/unlock",
        "POST /v1/session/alive",
        "PUT /v1/session/password",
        "PUT /v1/session/language",
    ],
    "admin": [
        "POST /v1/customers/customer-1/forget",
        "POST /v1/people",
        "PUT /v1/people/p-1",
        "POST /v1/people/p-1/password",
        "POST /v1/people/p-1/disable",
        "POST /v1/people/p-1/enable",
        "POST /v1/people/p-1/anonymise",
        "PUT /v1/teams/team-1",
        "DELETE /v1/teams/team-1",
        "GET /v1/keys",
        "POST /v1/keys",
        "DELETE /v1/keys/key-1",
    ],
    "adapter": ["POST /v1/contacts", "POST /v1/conversations"],
    "trusted": [
        "POST /v1/consents/block",
        "POST /v1/consents/unblock",
        "POST /v1/customers/customer-1/purchases",
        "POST /v1/customers/customer-1/purchases/reverse",
    ],
    "anybody": [
        "GET /v1/contacts/c-1",
        "POST /v1/attachments",
        "GET /v1/queues/care/estimate",
        "POST /v1/consents",
        "POST /v1/consents/unsubscribe",
        "POST /v1/customers/customer-1/links",
        "PUT /v1/consents/preference",
        "POST /v1/surveys/survey-1/answer",
        "POST /v1/path-decisions",
        "POST /v1/path-decisions/decision-1/release",
        "PUT /v1/path-capacity",
        "POST /v1/outbound",
        "GET /v1/outbound/outbound-1",
        "POST /v1/grants/grant-1/presentations",
        "POST /v1/grants/grant-1/responses",
    ],
    "agent": [
        "GET /v1/customers",
        "GET /v1/customers/customer-1",
        "GET /v1/customers/customer-1/timeline",
        "GET /v1/customers/customer-1/attachments/c-1/number-1",
        "GET /v1/customers/customer-1/links",
        "DELETE /v1/customers/customer-1/links/link-1",
        "POST /v1/customers/customer-1/callbacks",
        "GET /v1/customers/customer-1/callbacks",
        "PUT /v1/callbacks/callback-1",
        "POST /v1/callbacks/callback-1/cancel",
        "GET /v1/agents/a1/callbacks",
        "GET /v1/customers/customer-1/consents",
        "GET /v1/customers/customer-1/accounts",
        "GET /v1/customers/customer-1/standing",
        "GET /v1/customers/customer-1/purchases",
        "GET /v1/customers/customer-1/profile",
        "PUT /v1/customers/customer-1/profile/city",
        "PUT /v1/customers/customer-1/name",
        "GET /v1/customers/customer-1/cases",
        "POST /v1/customers/customer-1/cases",
        "POST /v1/customers/customer-1/surveys",
        "GET /v1/customers/customer-1/grants",
        "GET /v1/customers/customer-1/path-decisions",
        "GET /v1/path-decisions/decision-1",
        "GET /v1/consents",
        "GET /v1/accounts",
        "GET /v1/accounts/account-1/grants",
        "GET /v1/accounts/account-1",
        "GET /v1/cases",
        "GET /v1/cases/tasks",
        "GET /v1/cases/case-1",
        "POST /v1/cases/case-1/rate",
        "POST /v1/cases/case-1/assign",
        "POST /v1/cases/case-1/due",
        "POST /v1/cases/case-1/note",
        "POST /v1/cases/case-1/task",
        "POST /v1/cases/case-1/end-task",
        "POST /v1/cases/case-1/attach",
        "POST /v1/cases/case-1/detach",
        "POST /v1/cases/case-1/resolve",
        "POST /v1/cases/case-1/reopen",
        "GET /v1/interactions?agent_id=a1",
        "GET /v1/interactions/interaction-1",
        "POST /v1/interactions/interaction-1/pull",
        "POST /v1/interactions/interaction-1/notes",
        "GET /v1/agents/a1/mentions",
        "POST /v1/agents/a1/mentions/note-1/read",
        "GET /v1/interactions/interaction-1/next-best-actions",
        "POST /v1/interactions/interaction-1/responses",
        "GET /v1/interactions/interaction-1/messages",
        "POST /v1/sms/count",
        "GET /v1/interactions/interaction-1/recordings",
        "GET /v1/recordings/recording-1",
        "POST /v1/interactions/interaction-1/messages",
        "POST /v1/interactions/interaction-1/messages/outbound-1/again",
        "POST /v1/interactions/interaction-1/typing",
        "POST /v1/interactions/interaction-1/read",
        "POST /v1/interactions/interaction-1/end",
        "POST /v1/interactions/interaction-1/wrap-up",
        "POST /v1/interactions/interaction-1/hold",
        "POST /v1/interactions/interaction-1/recording",
        "POST /v1/interactions/interaction-1/resume",
        "POST /v1/interactions/interaction-1/park",
        "POST /v1/interactions/interaction-1/unpark",
        "POST /v1/interactions/interaction-1/transfer",
        "POST /v1/interactions/interaction-1/consult",
        "POST /v1/interactions/interaction-1/complete-transfer",
        "POST /v1/interactions/interaction-1/conference",
        "POST /v1/interactions/interaction-1/callback-reached",
        "POST /v1/interactions/interaction-1/callback-missed",
        "GET /v1/agents/a1",
        "GET /v1/agents/a1/phone",
        "GET /v1/agents/a1/pullable",
        "GET /v1/desk",
        "PUT /v1/interactions/interaction-1/drafts/reply",
        "GET /v1/interactions/interaction-1/drafts/reply",
        "DELETE /v1/interactions/interaction-1/drafts/reply",
        "PUT /v1/customers/customer-1/drafts",
        "GET /v1/customers/customer-1/drafts",
        "DELETE /v1/customers/customer-1/drafts",
        "GET /v1/agents/a1/drafts",
        "GET /v1/customers/search?q=x",
        "GET /v1/canned-answers",
        "GET /v1/canned-answers/answer-1",
        "GET /v1/canned-answers/answer-1/history",
        "POST /v1/canned-answers/answer-1/fill",
        "GET /v1/colleagues",
        "PUT /v1/agents/a1/skills",
        "PUT /v1/agents/a1/capacity",
        "POST /v1/agents/a1/heartbeat",
        "POST /v1/agents/a1/sign-on",
        "PUT /v1/agents/a1/state",
        "POST /v1/agents/a1/sign-off",
        "GET /v1/offers?agent_id=a1",
        "POST /v1/offers/offer-1-1/accept",
        "POST /v1/offers/offer-1-1/decline",
        "GET /v1/queues",
        "GET /v1/queues/care",
        "GET /v1/metrics/live",
        "GET /v1/stream",
    ],
    "supervisor": [
        "PUT /v1/customers/customer-1/segment",
        "PUT /v1/customers/customer-1/lifecycle-stage",
        "GET /v1/customers/conflicts",
        "GET /v1/customers/links",
        "GET /v1/customers/duplicates",
        "POST /v1/accounts",
        "PUT /v1/accounts/account-1/owner",
        "POST /v1/accounts/account-1/roles",
        "POST /v1/accounts/account-1/end-role",
        "POST /v1/customers/customer-1/cannot-links",
        "DELETE /v1/customers/customer-1/cannot-links/customer-2",
        "PUT /v1/customers/customer-1/shared",
        "PUT /v1/canned-answers/answer-1",
        "DELETE /v1/canned-answers/answer-1",
        "GET /v1/interactions/interaction-1/decisions",
        "POST /v1/interactions/interaction-1/assign",
        "POST /v1/interactions/interaction-1/move",
        "POST /v1/interactions/interaction-1/prioritise",
        "POST /v1/interactions/interaction-1/pull-back",
        "POST /v1/interactions/interaction-1/join",
        "POST /v1/interactions/interaction-1/leave",
        "PUT /v1/agents/a1/shifts",
        "PUT /v1/queues/care/intake",
        "POST /v1/grants",
        "POST /v1/grants/grant-1/amend",
        "GET /v1/path-decisions/decision-1/why",
        "POST /v1/path-decisions/decision-1/what-if",
        "GET /v1/customers/customer-1/voice",
        "GET /v1/path-uplift",
        "GET /v1/responses",
        "GET /v1/policies/paths",
        "GET /v1/policies/paths/history",
        "GET /v1/policies/paths/versions/0",
        "POST /v1/policies/paths",
        "POST /v1/policies/paths/check",
        "POST /v1/policies/paths/diff",
        "GET /v1/policies/routing",
        "GET /v1/policies/routing/history",
        "GET /v1/policies/routing/versions/0",
        "POST /v1/policies/routing",
        "POST /v1/policies/routing/check",
        "POST /v1/policies/routing/diff",
        "GET /v1/agents",
        "GET /v1/agents/a1/history",
        "GET /v1/people",
        "GET /v1/people/p-1",
        "GET /v1/teams",
        "GET /v1/teams/team-1",
        "GET /v1/readings",
        "GET /v1/customers/customer-1/export",
        "GET /v1/board",
        "GET /v1/channels",
        "POST /v1/queues/care/drain",
        "GET /v1/rejects",
        "GET /v1/rejects/7",
        "GET /v1/rejects/7/raw",
        "POST /v1/rejects/7/retry",
        "POST /v1/rejects/7/dismiss",
        "GET /v1/reports",
        "GET /v1/reports/definitions",
        "GET /v1/metrics",
        "GET /v1/metrics/agents",
        "GET /v1/metrics/adherence",
        "GET /v1/metrics/satisfaction",
    ],
}


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_opens_its_routes_and_no_other(world: World, http: httpx.AsyncClient, role: Role) -> None:
    opens = {
        Role.ADAPTER: {"adapter", "trusted", "anybody"},
        Role.AGENT: {"agent", "anybody"},
        Role.SUPERVISOR: {"agent", "supervisor", "trusted", "anybody"},
        Role.ADMIN: {"admin", "adapter", "agent", "supervisor", "trusted", "anybody"},
    }[role]
    header = await world.bearer(role)
    opens |= {"open", "anything"}
    for group, routes in ROLES.items():
        for route in routes:
            method, path = route.split()
            response = await http.request(method, path, headers=header, json={})
            if group in opens:
                assert response.status_code not in (401, 403), (role, route, response.text)
            else:
                says(response, 403, "forbidden")


async def test_the_role_table_covers_every_route(world: World) -> None:
    listed = {route for routes in ROLES.values() for route in routes}
    names = {"customer-1": "{customer_id}", "interaction-1": "{interaction_id}", "offer-1-1": "{offer_id}"}
    names |= {"a1": "{agent_id}", "care": "{name}", "c-1": "{contact_id}", "0": "{version}", "7": "{reject_id}"}
    names |= {"link-1": "{link_id}", "customer-2": "{other_id}", "account-1": "{account_id}"}
    names |= {"case-1": "{case_id}", "survey-1": "{survey_id}", "city": "{field}"}
    names |= {"grant-1": "{grant_id}", "decision-1": "{decision_id}", "outbound-1": "{outbound_id}"}
    names |= {"p-1": "{person_id}", "team-1": "{team_id}", "key-1": "{key_id}"}
    names |= {"callback-1": "{callback_id}"}
    names |= {"note-1": "{note_id}", "answer-1": "{answer_id}", "reply": "{kind}"}
    names |= {"recording-1": "{recording_id}", "number-1": "{number}"}
    templates = {"/".join(names.get(part, part) for part in route.split("?")[0].split("/")) for route in listed}
    documented = {
        f"{method.upper()} {path}"
        for path, methods in world.app.openapi()["paths"].items()
        for method in methods
        if path.startswith("/v1/")
    }
    assert templates == documented


async def test_an_agents_key_works_for_its_own_agent_only(world: World, http: httpx.AsyncClient) -> None:
    bound, free = await world.bearer(Role.AGENT, "Ann", "a1"), await world.bearer(Role.AGENT, "screen")
    for method, path in (
        ("POST", "/v1/offers/o/accept"),
        ("POST", "/v1/offers/o/decline"),
        ("POST", "/v1/interactions/i/end"),
    ):
        for agent, header, status in (("a1", bound, 200), ("a2", bound, 403), ("a2", free, 200)):
            response = await http.request(method, path, json={"agent_id": agent}, headers=header)
            assert response.status_code == status, response.text
    for method, path, body in (
        ("GET", "/v1/agents/a2", None),
        ("POST", "/v1/agents/a2/sign-on", {}),
        ("PUT", "/v1/agents/a2/state", {"state": "away"}),
        ("POST", "/v1/agents/a2/sign-off", {}),
        ("GET", "/v1/offers?agent_id=a2", None),
        ("GET", "/v1/stream?agent=a2", None),
        ("GET", "/v1/stream?agent=*", None),
        ("GET", "/v1/stream?queue=*", None),
    ):
        says(await http.request(method, path, json=body, headers=bound), 403, "forbidden")
    await http.get("/v1/offers", headers=bound)
    await http.get("/v1/offers?agent_id=a2", headers=free)
    for path in ("/v1/offers", "/v1/stream?agent=*"):
        says(await http.get(path, headers=free), 403, "forbidden")
    await http.get("/v1/offers", headers=await world.bearer(Role.SUPERVISOR))
    assert world.views.asked == [("a1",), ("a2",), ("",)]
    assert {command.actor for command in world.pool.commands} == {"agent:a1", "agent:a2"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{WORK}/hold", {"agent_id": "a1"}),
        ("POST", f"{WORK}/consult", {"agent_id": "a1", "queue": "q"}),
        ("POST", f"{WORK}/transfer", {"agent_id": "a1", "queue": "q"}),
        ("PUT", "/v1/agents/a1/skills", {}),
        ("PUT", "/v1/agents/a1/capacity", {}),
    ],
)
async def test_an_agent_acts_for_nobody_else(
    world: World, http: httpx.AsyncClient, method: str, path: str, body: object
) -> None:
    bob, ann = await world.bearer(Role.AGENT, "bob", "bob"), await world.bearer(Role.AGENT, "ann", "a1")
    says(await http.request(method, path, json=body, headers=bob), 403, "forbidden")
    assert not world.pool.commands
    assert (await http.request(method, path, json=body, headers=ann)).status_code == 200
    assert [command.actor for command in world.pool.commands] == ["agent:a1"]


async def test_only_a_supervisor_signs_off_by_force(world: World, http: httpx.AsyncClient) -> None:
    own = await world.bearer(Role.AGENT, "ann", "a1")
    says(await http.post("/v1/agents/a1/sign-off", json={"forced": True}, headers=own), 403, "forbidden")
    boss = await world.bearer(Role.SUPERVISOR, "eve")
    assert (await http.post("/v1/agents/a1/sign-off", json={"forced": True}, headers=boss)).status_code == 200
    [command] = world.pool.commands
    assert (command.actor, getattr(command, "forced", None)) == ("operator:eve", True)
