"""The routing policy: what is in force, what was, what a new one would change, and putting it in force."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body
from hub.api.callers import Call, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.policies.published_texts import Published
from hub.policies.findings import Severity

router = Routes("policies")


class PolicyText(Body):
    """A routing policy as people write it: TOML."""

    text: str = Field(min_length=1, max_length=500_000)


class NewPolicy(PolicyText):
    """A policy to put in force."""

    note: str = Field(default="", max_length=500, description="What it changes, and why; kept in the history")
    waiting: bool = Field(default=False, description="Classify what waits already anew, not only what comes")
    expected_version: str = Field(
        default="", max_length=64, description="Refused (409) if another version is in force; empty: whatever is"
    )


class PolicyVersion(BaseModel):
    """A version that was put in force; `published_at` null: the hub started with it."""

    version: str
    note: str
    waiting: bool
    actor: str
    published_at: datetime | None


class PolicyFinding(BaseModel):
    """One remark on a line of a policy."""

    line: int
    severity: Severity
    field: str
    message: str


class PolicyInForce(PolicyVersion):
    """A version, its text, and what the checker says of it today."""

    text: str
    findings: list[PolicyFinding]


class PolicyHistory(BaseModel):
    """Everything that was published, newest first."""

    versions: list[PolicyVersion]


class Findings(BaseModel):
    """What the checker says; `ok`: no error is among it."""

    ok: bool
    findings: list[PolicyFinding]


class Difference(BaseModel):
    """What would change: settings, and which contacts are routed differently."""

    before: str
    after: str
    settings: list[dict[str, Any]]
    routing: list[dict[str, Any]]


@router.get("/v1/policies/routing", summary="The routing policy in force", responses=told(PolicyInForce))
async def in_force(call: SupervisorCall) -> Response:
    """Its version and text. As long as nothing was published: what the hub started with."""
    return answer(_with_findings(call, await call.services.policies.in_force()))


@router.get("/v1/policies/routing/history", summary="Every policy that was published", responses=told(PolicyHistory))
async def history(call: SupervisorCall) -> Response:
    """Who put which version in force, when and why, newest first."""
    published = await call.services.policies.history()
    return answer({"versions": [_row(one, with_text=False) for one in reversed(published)]})


@router.get(
    "/v1/policies/routing/versions/{version}",
    summary="One version of the routing policy",
    responses=told(PolicyInForce),
)
async def version(version: str, call: SupervisorCall) -> Response:
    """As it was last published: every decision names the version it was made by."""
    return answer(_with_findings(call, await call.services.policies.version(version)))


@router.post(
    "/v1/policies/routing",
    summary="Put a routing policy in force",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def publish(body: NewPolicy, call: SupervisorCall) -> Response:
    """At once for new work, for waiting work too if `waiting` says so. A text with mistakes is refused with all of them
    (422); one that was published last already changes nothing: 200 without events."""
    services = call.services
    recorded = await services.policies.publish(
        body.text,
        body.note,
        body.waiting,
        actor=call.actor,
        command_id=services.new_id(),
        expected_version=body.expected_version,
    )
    return events([one[1:] for one in recorded])


@router.post("/v1/policies/routing/check", summary="Check a routing policy", responses=told(Findings))
async def check(body: PolicyText, call: SupervisorCall) -> Response:
    """Errors, warnings and notes, by line. Nothing is changed."""
    findings = call.services.policies.check(body.text)
    ok = all(finding.severity is not Severity.ERROR for finding in findings)
    return answer({"ok": ok, "findings": [finding.as_json() for finding in findings]})


@router.post(
    "/v1/policies/routing/diff", summary="What another routing policy would change", responses=told(Difference)
)
async def difference(body: PolicyText, call: SupervisorCall) -> Response:
    """Against the one in force: settings, and which contacts would be routed differently. Nothing is changed."""
    return answer((await call.services.policies.diff(body.text)).as_json())


def _with_findings(call: Call, published: Published) -> dict[str, Any]:
    findings = [finding.as_json() for finding in call.services.policies.check(published.text)]
    return {**_row(published, with_text=True), "findings": findings}


def _row(published: Published, *, with_text: bool) -> dict[str, Any]:
    row = asdict(published)
    del row["stream_version"]
    if not with_text:
        del row["text"]
    return row
