"""The path policy: what is in force, what was, what a new one would change, and putting it in force."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.callers import Call, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.policies import Findings, PolicyFinding, PolicyText
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.policies.published_texts import Published
from hub.application.policies.routing import reopening_days
from hub.policies.findings import Finding, errors_of
from hub.router.policy.parsing import parse_policy

router = Routes("policies")


class NewPathPolicy(PolicyText):
    """A policy to put in force."""

    note: str = Field(default="", max_length=500, description="What it changes, and why; kept in the history")
    expected_version: str = Field(
        default="", max_length=64, description="Refused (409) if another version is in force; empty: whatever is"
    )


class PathPolicyVersion(BaseModel):
    """A version that was put in force; `published_at` null: the hub started with it."""

    version: str
    note: str
    actor: str
    published_at: datetime | None


class PathPolicyInForce(PathPolicyVersion):
    """A version, its text, and what the checker says of it today."""

    text: str
    findings: list[PolicyFinding]


class PathPolicyHistory(BaseModel):
    """Everything that was published, newest first."""

    versions: list[PathPolicyVersion]


class PathDifference(BaseModel):
    """What would change: settings, and which customers would stand elsewhere; `uncompared` names tables with too many
    rules for that."""

    before: str
    after: str
    settings: list[dict[str, Any]]
    standing: list[dict[str, Any]]
    uncompared: list[str]


@router.get("/v1/policies/paths", summary="The path policy in force", responses=told(PathPolicyInForce))
async def in_force(call: SupervisorCall) -> Response:
    """Its version and text. As long as nothing was published: what the hub started with."""
    return answer(await _with_findings(call, await call.services.path_policies.in_force()))


@router.get(
    "/v1/policies/paths/history", summary="Every path policy that was published", responses=told(PathPolicyHistory)
)
async def history(call: SupervisorCall) -> Response:
    """Who put which version in force, when and why, newest first."""
    published = await call.services.path_policies.history()
    return answer({"versions": [_row(one, with_text=False) for one in reversed(published)]})


@router.get(
    "/v1/policies/paths/versions/{version}", summary="One version of the path policy", responses=told(PathPolicyInForce)
)
async def version(version: str, call: SupervisorCall) -> Response:
    """As it was last published: every decision names the version it was made by."""
    return answer(await _with_findings(call, await call.services.path_policies.version(version)))


@router.post(
    "/v1/policies/paths",
    summary="Put a path policy in force",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def publish(body: NewPathPolicy, call: SupervisorCall) -> Response:
    """Where every customer stands is decided anew. A text with mistakes is refused with all of them (422); one that was
    published last already changes nothing: 200 without events."""
    services = call.services
    recorded = await services.path_policies.publish(
        body.text,
        body.note,
        actor=call.actor,
        command_id=services.new_id(),
        expected_version=body.expected_version,
    )
    return events([one[1:] for one in recorded])


@router.post("/v1/policies/paths/check", summary="Check a path policy", responses=told(Findings))
async def check(body: PolicyText, call: SupervisorCall) -> Response:
    """Errors, warnings and notes, by line. Nothing is changed."""
    findings = await _findings(call, body.text)
    return answer({"ok": not errors_of(findings), "findings": [finding.as_json() for finding in findings]})


@router.post("/v1/policies/paths/diff", summary="What another path policy would change", responses=told(PathDifference))
async def difference(body: PolicyText, call: SupervisorCall) -> Response:
    """Against the one in force: settings, and which customers would stand elsewhere. Nothing is changed."""
    return answer((await call.services.path_policies.diff(body.text)).as_json())


async def _findings(call: Call, text: str) -> Sequence[Finding]:
    """Of a text, beside the routing policy in force."""
    services = call.services
    routing = parse_policy((await services.policies.in_force()).text)
    return services.path_policies.check(text, reopening_days(routing))


async def _with_findings(call: Call, published: Published) -> dict[str, Any]:
    findings = [finding.as_json() for finding in await _findings(call, published.text)]
    return {**_row(published, with_text=True), "findings": findings}


def _row(published: Published, *, with_text: bool) -> dict[str, Any]:
    left_out = {"stream_version", "waiting"} | (set() if with_text else {"text"})
    return {name: value for name, value in asdict(published).items() if name not in left_out}
