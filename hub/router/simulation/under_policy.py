"""A routing policy in a simulation: the production classifier says where the calls of a class wait and for whom."""

from collections.abc import Iterator
from datetime import UTC, datetime

from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.router.matching.matcher import Matcher
from hub.router.matching.waiting import Line
from hub.router.policy.classify import Classifier
from hub.router.policy.parsing import Action, Diversion, Overflow, Policy
from hub.router.policy.requirement import Requirement
from hub.router.simulation.calls import ALL_OF_AN_AGENT, Place, Step
from hub.router.simulation.scenario import Arrivals, ScenarioError

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class PolicyRouting:
    """What a policy makes of the calls of a scenario: queue, priority, requirement with its steps, units, order, agent
    choice, entry delay, limit, overflow and leaving. Everybody is signed on all the time, and takes what they are
    offered at once; it is always within hours; nobody is known to anybody."""

    def __init__(self, policy: Policy, matcher: Matcher) -> None:
        self._policy = policy
        self._matcher = matcher
        self._classifier = Classifier(policy)

    def place(self, arrivals: Arrivals) -> Place:
        """Where calls of this class stand. Raises ScenarioError if some would wait for ever."""
        wanted = self._classifier.classify(_contact(arrivals))
        place = self._place(wanted, arrivals.channel, frozenset())
        at: Place | None = place
        while at is not None and arrivals.patience is None:
            if at.limit != 0 and at.leave_after is None and not self._is_met(at.steps[-1].line):
                raise ScenarioError(
                    f"arrivals {arrivals.name}, field patience: is missing, and nobody can serve what the policy makes "
                    f"of these calls ({', '.join(wanted.reasons)}): they would wait for ever in queue {at.queue}"
                )
            at = at.instead
        return place

    def _place(self, wanted: Requirement, channel: str, been: frozenset[str]) -> Place:
        rules = self._policy.queue(wanted.queue)
        steps = [Step(step.after_seconds, self._line(wanted, channel, at)) for at, step in enumerate(wanted.steps)]
        limit, diversion = rules.limit, rules.full
        if rules.nobody.action is not Action.WAIT and not any(self._is_met(step.line) for step in steps):
            limit, diversion = 0, rules.nobody
        been |= {wanted.queue}
        if diversion.action is Action.WAIT or diversion.to in been:
            limit = None
        return Place(
            steps=tuple(self._in_time(steps, rules.overflow, channel)),
            share=wanted.units / ALL_OF_AN_AGENT,
            queue=wanted.queue,
            limit=limit,
            instead=self._instead(diversion, channel, been) if limit is not None else None,
            entry_delay=rules.entry_delay_seconds,
            leave_after=rules.leave_after_seconds,
        )

    def _instead(self, diversion: Diversion, channel: str, been: frozenset[str]) -> Place | None:
        if diversion.action is not Action.MOVE:
            return None
        return self._place(self._classifier.of_queue(diversion.to, channel, "diverted"), channel, been)

    def _in_time(self, steps: list[Step], overflow: Overflow | None, channel: str) -> Iterator[Step]:
        """The line for each age. A step that nobody can meet gives way at once to the next that somebody can meet; an
        overflow to the line of its queue."""
        for number, step in enumerate(steps):
            if overflow is None or step.after < overflow.after_seconds:
                met = (later.line for later in steps[number:] if self._is_met(later.line))
                yield Step(step.after, next(met, step.line))
        if overflow is not None:
            wanted = self._classifier.of_queue(overflow.to, channel, "overflow")
            yield Step(overflow.after_seconds, self._line(wanted, channel, 0))

    def _is_met(self, line: Line) -> bool:
        return self._matcher.somebody(line.need)

    def _line(self, wanted: Requirement, channel: str, number: int) -> Line:
        rules, step = self._policy.queue(wanted.queue), wanted.steps[number]
        need = self._matcher.need(
            step.skills,
            languages=step.languages,
            attributes=step.attributes,
            channel=channel,
            units=wanted.units,
            choice=rules.agent_choice,
        )
        target = rules.service_level.seconds
        return self._matcher.line(wanted.queue, need, priority=step.priority, weight=rules.age_weight, target=target)


def _contact(arrivals: Arrivals) -> ContactReceived:
    standing = Standing(
        segment=arrivals.segment, value_tier=arrivals.value_tier, lifecycle_stage=arrivals.lifecycle_stage
    )
    return ContactReceived(
        at=_LONG_AGO, recorded_at=_LONG_AGO, causation="", actor="", contact_id=arrivals.name,
        channel=Channel(arrivals.channel), address="", sender="", thread="", purpose="service",
        service=arrivals.skill if arrivals.service is None else arrivals.service, language=arrivals.language,
        subject="", text="", standing=standing, pool="main",
    )  # fmt: skip
