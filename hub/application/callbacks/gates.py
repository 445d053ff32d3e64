"""Whether a customer may be called where and when an agent promises it: by what they said, and by the hours."""

from collections.abc import Callable
from datetime import datetime

from hub.application.customers.consents import Consents
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.errors import InvalidError, NotFoundError
from hub.paths.gates.consent import gates
from hub.paths.gates.time import quiet_hours_gate
from hub.paths.gates.verdict import Reason
from hub.paths.time.preferred import preferred_hours
from hub.paths.time.zones import zone_of_point
from hub.policies.hours import is_open, next_open
from hub.router.policy.parsing import Policy


class CallGates:
    """A promised call is what the customer waits for, so it passes the gates of `transactional`; and it is made when
    neither they nor the queue rest."""

    def __init__(self, consents: Consents, policies: PathPolicies, routing: Callable[[], Policy]) -> None:
        self._consents = consents
        self._policies = policies
        self._routing = routing

    async def shut(self, number: str, queue: str, due: datetime) -> str:
        """In words why not; empty: they may be called. NotFoundError for a queue that there is not."""
        return self._queue_rests(queue, due) or await self._they_object(number, due)

    def _queue_rests(self, queue: str, due: datetime) -> str:
        policy = self._routing()
        if not queue:
            raise InvalidError("name the queue whose agents call", "queue")
        if queue not in policy.queues:
            raise NotFoundError(f"queue: there is no queue {queue!r} in the policy")
        hours = policy.hours_of(queue)
        if hours is None or is_open(hours, due):
            return ""
        opens = next_open(hours, due)
        return f"queue {queue} is closed then: it opens {_told(opens)}" if opens else f"queue {queue} is closed then"

    async def _they_object(self, number: str, due: datetime) -> str:
        policy = await self._policies.policy()
        point, standing = await self._consents.of_point("phone", number)
        verdicts = gates(standing, point.point, Channel.PHONE, Purpose.TRANSACTIONAL, policy.purpose_table())
        if any(not one.is_open for one in verdicts):
            return f"the customer does not want to be called at {number}"
        said, section = standing.preference([point.point]), policy.quiet_hours
        zone = zone_of_point(point, said.time_zone if said else "", "", section)
        quiet = quiet_hours_gate(section.not_quiet(), zone, preferred_hours(said), due)
        if quiet.is_open or quiet.reason is Reason.UNKNOWN_ZONE:
            return ""
        return f"nobody is called at that time where the customer is: they may be from {_told(quiet.opens_at)} on"


def _told(moment: datetime | None) -> str:
    return moment.isoformat(timespec="minutes") if moment else "another time"
