import dataclasses

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.api import rows
from hub.api.errors import PROBLEM_JSON
from hub.api.identifying import OPEN
from hub.application.views import glimpse
from hub.projections.agents import AgentNow
from hub.projections.interactions import InteractionRow
from hub.projections.metrics import QueueInterval
from hub.projections.queues import QueueNow
from tests.api.world import World


def test_every_route_is_documented() -> None:
    told = World().app.openapi()
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert operation["description"], (path, method)
            assert operation["tags"], (path, method)
            if path.startswith("/v1/"):
                for_all = (method.upper(), path) in OPEN
                assert operation.get("security", []) == ([] if for_all else [{"API key": []}]), (path, method)
                for status in ("4XX", "5XX"):
                    assert PROBLEM_JSON in operation["responses"][status]["content"], (path, method)


def test_commands_document_their_bodies_and_what_they_led_to() -> None:
    told = World().app.openapi()
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            if method in ("post", "put"):
                if path == "/v1/attachments":
                    assert "application/octet-stream" in operation["requestBody"]["content"]
                    continue
                if path in WITHOUT_BODY:
                    assert "requestBody" not in operation
                    assert set(operation["responses"]) == {WITHOUT_BODY[path], "4XX", "5XX"}
                    continue
                assert "application/json" in operation["requestBody"]["content"], path
                if path not in ANSWERS_OTHERWISE and not path.startswith(OF_STAFF):
                    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
                    assert answer == {"$ref": "#/components/schemas/EventsAnswer"}, path


OF_STAFF = ("/v1/session", "/v1/people", "/v1/teams", "/v1/keys")
"""What is asked there answers with how things are then."""
WITHOUT_BODY = {
    "/v1/agents/{agent_id}/heartbeat": "204",
    "/v1/agents/{agent_id}/mentions/{note_id}/read": "200",
    "/v1/people/{person_id}/anonymise": "200",
    "/v1/people/{person_id}/disable": "200",
    "/v1/people/{person_id}/enable": "200",
    "/v1/session/alive": "204",
    "/v1/session/lock": "200",
}
ANSWERS_OTHERWISE = (
    "/v1/accounts",
    "/v1/canned-answers/{answer_id}/fill",
    "/v1/contacts",
    "/v1/customers/{customer_id}/drafts",
    "/v1/interactions/{interaction_id}/drafts/{kind}",
    "/v1/customers/{customer_id}/surveys",
    "/v1/conversations",
    "/v1/grants",
    "/v1/grants/{grant_id}/amend",
    "/v1/grants/{grant_id}/presentations",
    "/v1/grants/{grant_id}/responses",
    "/v1/interactions/{interaction_id}/consult",
    "/v1/interactions/{interaction_id}/messages",
    "/v1/interactions/{interaction_id}/messages/{outbound_id}/again",
    "/v1/interactions/{interaction_id}/read",
    "/v1/interactions/{interaction_id}/typing",
    "/v1/outbound",
    "/v1/sms/count",
    "/v1/path-decisions",
    "/v1/path-decisions/{decision_id}/what-if",
    "/v1/policies/paths/check",
    "/v1/policies/paths/diff",
    "/v1/policies/routing/check",
    "/v1/policies/routing/diff",
    "/v1/queues/{name}/drain",
)


NO_JSON = (
    "/v1/customers/{customer_id}/attachments/{contact_id}/{number}",
    "/v1/recordings/{recording_id}",
    "/v1/rejects/{reject_id}/raw",
    "/v1/session/oidc",
    "/v1/session/oidc/callback",
    "/v1/stream",
)


def test_validation_is_documented_as_the_problem_it_is() -> None:
    for methods in World().app.openapi()["paths"].values():
        for operation in methods.values():
            assert "422" not in operation["responses"]


def test_reads_document_what_they_answer() -> None:
    told = World().app.openapi()
    for path, methods in told["paths"].items():
        if "get" in methods and path.startswith("/v1/") and path not in NO_JSON:
            answer = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            named = told["components"]["schemas"][answer["$ref"].rpartition("/")[2]]
            assert named["properties"], path
    assert set(told["components"]["schemas"]["Agent"]["properties"]) >= {"agent_id", "skills", "idle_since"}
    assert "id" not in told["components"]["schemas"]["Agent"]["properties"]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.builds(InteractionRow), st.builds(AgentNow), st.builds(QueueNow), st.builds(QueueInterval))
def test_documented_rows_are_those_that_are_told(
    interaction: InteractionRow, agent: AgentNow, queue: QueueNow, interval: QueueInterval
) -> None:
    shown = dataclasses.replace(interaction, phase="waiting", channel="phone", recording="")
    answers = (
        (rows.Interaction, glimpse.interaction_row(shown, {})),
        (rows.Agent, dataclasses.asdict(agent)),
        (rows.Queue, glimpse.queue_row(queue)),
        (rows.QueueIntervals.model_fields["intervals"].annotation.__args__[0], interval.as_row()),  # type: ignore[union-attr]
    )
    for model, row in answers:
        assert set(model.model_fields) == set(row)
        model.model_validate(row)
