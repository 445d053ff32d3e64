"""A routing policy in a simulation: the production classifier says where the calls of a class wait and for whom."""

from collections.abc import Iterator
from datetime import UTC, datetime

from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.router.classify import Classifier
from hub.router.matching import Matcher
from hub.router.order import AgentChoice, Order
from hub.router.policy import Policy
from hub.router.requirement import Requirement
from hub.router.scenario import Arrivals, ScenarioError
from hub.router.simulated_calls import ALL_OF_AN_AGENT, Place, Step
from hub.router.waiting import Line

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class PolicyRouting:
    """What a policy makes of the calls of a scenario: queue, priority, requirement with its steps, overflow, units,
    order and agent choice. Everybody is signed on all the time, and takes what they are offered at once."""

    def __init__(self, policy: Policy, matcher: Matcher) -> None:
        self._policy = policy
        self._matcher = matcher
        self._classifier = Classifier(policy)

    def place(self, arrivals: Arrivals) -> Place:
        """Where calls of this class stand. Raises ScenarioError if they would wait for ever."""
        wanted = self._classifier.classify(_contact(arrivals))
        steps = list(self._steps(wanted, arrivals.channel))
        met = [step for step in steps if self._matcher.somebody(step.line.need)]
        if not met and arrivals.patience is None:
            raise ScenarioError(
                f"arrivals {arrivals.name}, field service: nobody can serve what the policy makes of them "
                f"({', '.join(wanted.reasons)}), and without patience they would wait for ever"
            )
        return Place(_skipping(steps, met), wanted.units / ALL_OF_AN_AGENT)

    def _steps(self, wanted: Requirement, channel: str) -> Iterator[Step]:
        """The line for each age, in order of age; after an overflow, that of the other queue."""
        overflow = self._policy.queue(wanted.queue).overflow
        for number, step in enumerate(wanted.steps):
            if overflow is None or step.after_seconds < overflow.after_seconds:
                yield Step(step.after_seconds, self._line(wanted, number))
        if overflow is not None:
            yield Step(overflow.after_seconds, self._line(self._classifier.of_queue(overflow.to, channel, "overflow")))

    def _line(self, wanted: Requirement, number: int = 0) -> Line:
        queue, step = self._policy.queue(wanted.queue), wanted.steps[number]
        need = self._matcher.need(
            step.skills,
            languages=step.languages,
            attributes=step.attributes,
            units=wanted.units,
            choice=AgentChoice(queue.agent_choice.value),
        )
        target = queue.service_level.seconds
        return self._matcher.line(wanted.queue, need, priority=step.priority, weight=queue.age_weight, target=target)


def order_of(policy: Policy) -> Order:
    """The order in which a policy has waiting work taken."""
    return Order(policy.order.value)


def _skipping(steps: list[Step], met: list[Step]) -> list[Step]:
    """What nobody can meet is skipped: the next step that somebody can meet holds at once."""
    if not met:
        return steps[:1]
    return [Step(0.0, met[0].line), *met[1:]]


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
