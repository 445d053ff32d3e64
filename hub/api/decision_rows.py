"""Why work went to whom it went, as a table shows it: every candidate with the rule that kept or excluded it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from hub.domain.interaction.placement import RequirementStep
from hub.router.matching.candidates import Rule
from hub.router.matching.order import AgentChoice, Order


class AgentCandidateTold(BaseModel):
    """An agent who could have been chosen. `rule` `fits`: they may take it, with their `rank` among those; else the
    first rule that excludes them. `inputs`: what they are ranked by, such as `idle_seconds`, `level`, `today`."""

    agent_id: str
    rule: Rule
    rank: int | None
    inputs: dict[str, float | str]


class WorkCandidateTold(BaseModel):
    """Waiting work that the agent could have been given instead. `inputs`: `age`, `priority`, `weight`, `target`,
    `level`."""

    interaction_id: str
    queue: str
    rule: Rule
    rank: int | None
    inputs: dict[str, float | str]


class RuleTold(BaseModel):
    """A rule of the policy: whether it matched, whether it decided, and `why_not`: the first condition that kept it
    off, whose name is `condition`, with what was `found` and what the rule `wanted`."""

    rule: int
    matched: bool
    why_not: str
    decided: bool
    condition: str
    found: str
    wanted: str


class TraitsTold(BaseModel):
    """What the contact was classified by."""

    segment: str
    value_tier: str
    lifecycle_stage: str
    channel: str
    service: str
    language: str


class AsksFor(BaseModel):
    """What an agent must be able to do, and what it takes of them."""

    skills: dict[str, int]
    languages: list[str]
    attributes: dict[str, str]
    units: int


class KnownAgentTold(BaseModel):
    """The agent who was to be asked first, why, and until when."""

    agent_id: str
    reason: str
    until: datetime | None


class WorkTold(BaseModel):
    """The work as it stood in line: `age` in seconds, `credit` what a supervisor added."""

    queue: str
    priority: int
    age: float
    credit: float
    step: int
    skills: dict[str, int]
    languages: list[str]
    attributes: dict[str, str]
    channel: str
    units: int
    only_for: str | None


class Differing(BaseModel):
    """A field that did not come out as it is on record."""

    recorded: Any
    recomputed: Any


class DecisionTold(BaseModel):
    """A decision, taken once more. `same`: whether it came out as it is on record, else `different` names each field;
    null: a person decided it. What is of no use for its `type` is left out: offers have `agents` and `interactions`;
    what puts work in a queue has `traits`, `rules` and `asks_for`."""

    position: int
    at: datetime
    type: str
    actor: str
    causation: str
    policy: str
    reasons: list[str]
    same: bool | None
    different: dict[str, Differing] = Field({}, description="By field")
    queue: str = ""
    priority: int | None = None
    traits: TraitsTold | None = None
    rules: list[RuleTold] = []
    asks_for: AsksFor | None = None
    known_agent: KnownAgentTold | None = None
    steps: list[RequirementStep] = []
    waiting_in_queue: int | None = None
    place: int | None = None
    estimated_wait_seconds: float | None = None
    offer_id: str = ""
    agent_id: str = ""
    order: Order | None = None
    agent_choice: AgentChoice | None = None
    work: WorkTold | None = None
    agents: list[AgentCandidateTold] = Field([], description="Those who may, by rank; then the others, at most 50")
    agents_by_rule: dict[str, int] = Field({}, description="How many there are of each rule")
    interactions: list[WorkCandidateTold] = []
    interactions_by_rule: dict[str, int] = {}
    reason: str = Field("", description="Of what was relaxed, refused or moved")
    step: int | None = None
    age: float | None = None
    signed_on_who_fit: int | None = None
    opens_at: datetime | None = None
    from_queue: str = ""
    priority_before: int | None = None
    credit_before: float | None = None
    credit: float | None = None


class DecisionsTold(BaseModel):
    """The decisions on an interaction, oldest first; `names`: what the agents are called who are named in them or in
    its timeline, by id."""

    interaction_id: str
    names: dict[str, str]
    decisions: list[DecisionTold]
