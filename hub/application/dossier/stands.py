"""Where a customer stands, and who or what said so, by which facts."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.application.dossier.facts import CustomerFacts
from hub.domain.customer.events import LifecycleStageChanged, SegmentChanged
from hub.domain.customer.whole import standing_of
from hub.domain.event import Event
from hub.paths.standing.standing import Stands


@dataclass(frozen=True, slots=True)
class Because:
    """Why one part is as it is: what was said last of it. `policy`: the version of the path policy that decided by this
    `rule` and these `facts`; empty: a person or an adapter said so. `at` None: nobody ever said anything."""

    about: str
    value: str
    reason: str = ""
    policy: str = ""
    rule: str = ""
    facts: dict[str, int | str] = field(default_factory=dict)
    at: datetime | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class ShownStanding:
    """`named`: the operator's own segment, empty: none. `why` tells each of the four, in this order."""

    segment: str
    value_tier: str
    named: str
    lifecycle_stage: str
    why: tuple[Because, ...]

    def stands(self) -> Stands:
        """As rules take it."""
        return Stands(self.segment, self.value_tier, self.named, self.lifecycle_stage, ())


def standing(facts: CustomerFacts) -> ShownStanding:
    """Where all streams together stand. The operator's own segment is what the path policy says in each of them."""
    members = [known.customer for known in facts.members.values()]
    where = standing_of(members)
    named = next((one.named for one in members if one.named), "")
    events = facts.events
    return ShownStanding(
        segment=where.segment,
        value_tier=where.value_tier,
        named=named,
        lifecycle_stage=where.lifecycle_stage,
        why=(
            _because("segment", where.segment, events),
            _because("value_tier", where.value_tier, events),
            _because("named", named, events),
            _because("lifecycle_stage", where.lifecycle_stage, events),
        ),
    )


def _because(about: str, value: str, events: list[Event]) -> Because:
    """The last fact in any of the streams that made it so."""
    kind = LifecycleStageChanged if about == "lifecycle_stage" else SegmentChanged
    said = next((one for one in reversed(events) if isinstance(one, kind) and getattr(one, about) == value), None)
    if not isinstance(said, LifecycleStageChanged | SegmentChanged):
        return Because(about, value)
    evidence = next((one for one in said.evidence if one.about == about), None)
    rule, measured = (evidence.rule, evidence.facts) if evidence else ("", {})
    return Because(about, value, said.reason, said.policy, rule, measured, said.at, said.actor)
