"""Policies with propositions, and customers to propose to, for tests of what fits and what is chosen."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.contact import Standing
from hub.domain.grant.events import Response
from hub.domain.grant.holding import Held
from hub.domain.grant.state import Answer, Grant
from hub.domain.grant.terms import terms_hash
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.known import Known, customer_at
from hub.paths.standing.facts import Facts
from hub.paths.standing.standing import standing

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
REST: dict[str, Any] = {
    "version": "v1",
    "value_tiers": [{"name": "high", "when": {"spent": {"at_least": 100}}}, {"name": "standard"}],
    "stages": [{"name": "enhancement", "when": {"purchases": {"at_least": 1}}}, {"name": "acquisition"}],
}
STOOD = Standing(segment="B2C", value_tier="standard", lifecycle_stage="acquisition")


def proposition(name: str = "fibre", **fields: Any) -> dict[str, Any]:
    return {
        "name": name, "kind": "product", "channels": ["phone", "web"], "days_granted": 14, "contribution": 1000,
        **fields,
    }  # fmt: skip


def policy(*propositions: dict[str, Any], **more: Any) -> PathPolicy:
    return PathPolicy.model_validate({**REST, "propositions": list(propositions), **more})


def held(*grants: Grant, answers: dict[str, Answer] | None = None) -> Held:
    return Held({one.proposition: one for one in grants}, {}, answers or {})


def a_grant(name: str = "fibre", holder: str = "customer-1", at: datetime = NOON, days: int = 14, **more: Any) -> Grant:
    fields: dict[str, Any] = {
        "grant_id": f"grant-{holder}-1", "proposition": name, "holder": holder, "terms": {},
        "terms_hash": terms_hash({}), "better": {}, "granted_at": at,
        "expires_at": at + days * DAY, "policy": "v1", "terms_since": at, **more,
    }  # fmt: skip
    return Grant(**fields)


def answered(response: Response, at: datetime = NOON, until: datetime | None = None) -> Answer:
    return Answer(at, response, until)


def known(rules: PathPolicy, facts: Facts | None = None, at: datetime = NOON, **more: Any) -> Known:
    stands = standing(facts or Facts(), rules, at)
    return Known(customer_at(facts or Facts(), stands, "IRR", at), stands.lifecycle_stage, **more)
