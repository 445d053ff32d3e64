"""What must hold of all that was said, worked out from the log alone: plainly, slowly, by no code of the hub."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hub.domain.account.events import RoleAssigned, RoleEnded
from hub.domain.cases.events import CaseOpened, CaseResolved, Severity
from hub.domain.contact import Direction
from hub.domain.customer.consent.events import ConsentDenied, ConsentGranted, ConsentWithdrawn, Purpose
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    CustomerRegistered,
    IdentifierObserved,
    SegmentChanged,
)
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked
from hub.domain.customer.outbound.events import ContactDispatched, ContactFailed
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.event import Event
from hub.domain.grant.events import GrantAmended, PropositionGranted, PropositionPresented
from hub.domain.interaction.events import InteractionEnded, InteractionQueued
from hub.domain.policy.events import PathPolicyPublished
from hub.ports import Recorded
from tests.paths.voice_policies import BY_VERSION, CAMPAIGN, DAY, HELD_BACK, PURPOSE_OF, Cap, Policy
from tests.paths.voices import POINTS, Point

E = TypeVar("E", bound=Event)
NOT_IN_QUIET_HOURS = ("service", "recovery", "survey", "promotional")


class Story:
    """The log before something was decided: all but what its own command wrote."""

    def __init__(self, log: Sequence[Recorded], position: int, causation: str = "") -> None:
        self.log = [one for one in log if one.position < position and one.event.causation != causation]
        self.policy: Policy = BY_VERSION[next(reversed(list(self.of(PathPolicyPublished)))).version]

    def of(self, *kinds: type[E], streams: set[str] | None = None) -> Iterator[E]:
        for one in self.log:
            if isinstance(one.event, kinds) and (streams is None or one.stream in streams):
                yield one.event

    def parts(self) -> list[set[str]]:
        """The whole customers there are."""
        gone = {event.link_id for event in self.of(CustomersUnlinked)}
        parts = [{one.stream} for one in self.log if isinstance(one.event, CustomerRegistered)]
        for link in self.of(CustomersLinked):
            if link.link_id not in gone:
                ends = {link.left.id, link.right.id}
                joined = [part for part in parts if part & ends]
                parts = [part for part in parts if not part & ends] + [set().union(*joined)]
        return parts

    def whole(self, stream: str) -> set[str]:
        return next(part for part in self.parts() if stream in part)

    def holders(self, account: str, at: datetime) -> set[str]:
        """Who acts for an account, all streams of theirs."""
        people = set[str]()
        for role in self.of(RoleAssigned, streams={account}):
            ends = [one.until for one in self.of(RoleEnded, streams={account}) if one.number == role.number]
            until = ends[-1] if ends else role.until
            if role.since <= at and (until is None or at < until):
                people |= self.whole(role.customer_id)
        return people


def inbound_holds_outbound(story: Story, decided: PathDecided) -> None:
    """No promotional contact while they talk to us, nor so many hours after."""
    if decided.asked.direction is Direction.INBOUND or not _sells(decided) or decided.due_at is None:
        return
    whole, hold = story.whole(decided.customer_id), timedelta(hours=story.policy.hold_hours)
    over = {one.stream: one.event.at for one in story.log if isinstance(one.event, InteractionEnded)}
    for one in story.log:
        if isinstance(one.event, InteractionQueued) and one.event.customer_id in whole:
            assert one.stream in over, "they are just talking to us"
            assert decided.due_at >= over[one.stream] + hold, "they talked to us just now"
    for came in story.of(ContactReceived, streams=whole):
        assert decided.due_at >= came.at + hold, "they came to us just now"


def complaint_stops_selling(story: Story, decided: PathDecided) -> None:
    """On all paths, while a severe case of theirs or their account's is open; all else goes on."""
    streams = story.whole(decided.customer_id) | {decided.account_id}
    settled = {event.case_id for event in story.of(CaseResolved)}
    severe = [
        event.case_id
        for event in story.of(CaseOpened, streams=streams)
        if event.severity >= Severity[story.policy.severity.upper()] and event.case_id not in settled
    ]
    if severe:
        assert not _sells(decided), f"something is sold beside {severe}"
    elif decided.asked.purpose in (None, Purpose.PROMOTIONAL):
        assert "complaint" not in decided.closed, "nothing severe is open"
    if decided.asked.purpose in (Purpose.SERVICE, Purpose.RECOVERY, Purpose.REPLY, Purpose.TRANSACTIONAL):
        assert "complaint" not in decided.closed, "service goes on"


def quiet_hours_are_kept(story: Story, decided: PathDecided, points: dict[str, Point]) -> None:
    """By the clock on their wall; where nobody knows it nobody is contacted."""
    if decided.asked.direction is Direction.INBOUND or decided.outcome is Outcome.NOTHING or decided.due_at is None:
        return
    for said in decided.said:
        if _purpose(decided, said.proposition) in NOT_IN_QUIET_HOURS:
            own = points[said.point].zone
            zone = story.policy.zone if own == "" else own
            assert zone, "nobody knows what time it is there"
            assert not is_quiet(story.policy, decided.due_at, zone), f"quiet in {zone} at {decided.due_at}"


def is_quiet(policy: Policy, at: datetime, zone: str) -> bool:
    there = at.astimezone(ZoneInfo(zone))
    minute = there.hour * 60 + there.minute
    start, end = policy.quiet
    spans = [(there.weekday(), start, end)]
    if policy.saturday is not None:
        spans.append((5, *policy.saturday))
    for weekday, begins, ends in spans:
        every_day = (weekday, begins, ends) == (there.weekday(), start, end)
        if (every_day or there.weekday() == weekday) and begins <= minute < min(ends, DAY):
            return True
        if (every_day or (there.weekday() - 1) % 7 == weekday) and ends > DAY and minute < ends - DAY:
            return True
    return False


def consent_is_there(story: Story, decided: PathDecided) -> None:
    """Of exactly this address, channel and purpose; who is here and said no is sold nothing there either, nor who said
    no to all paths and nothing of this one."""
    for said in decided.said:
        if _purpose(decided, said.proposition) != "promotional":
            continue
        if not said.point:
            _not_told_off(story, decided)
            continue
        about = (said.point, said.channel, Purpose.PROMOTIONAL)
        told = [
            event
            for event in story.of(ConsentGranted, ConsentDenied, ConsentWithdrawn)
            if (event.point, event.channel, event.purpose) == about
        ]
        last = max(enumerate(told), key=lambda one: (one[1].at, one[0]), default=(0, None))[1]
        if decided.asked.direction is Direction.INBOUND:
            assert last is None or isinstance(last, ConsentGranted), "they said no"
            if last is None:
                _not_told_off(story, decided)
            continue
        at = decided.due_at or decided.at
        assert isinstance(last, ConsentGranted), "they did not say yes"
        assert last.expires_at is None or at < last.expires_at, "their yes is over"
        seen = [
            event for event in story.of(IdentifierObserved, streams=story.whole(decided.customer_id)) if event.verified
        ]
        assert seen, "they proved no contact point"


def _not_told_off(story: Story, decided: PathDecided) -> None:
    """Of what they said for all paths, and what they said yes to, the last is no no."""
    told = [
        event
        for event in story.of(ConsentGranted, ConsentWithdrawn, streams=story.whole(decided.customer_id))
        if event.purpose is Purpose.PROMOTIONAL and (isinstance(event, ConsentGranted) or event.everywhere)
    ]
    last = max(enumerate(told), key=lambda one: (one[1].at, one[0]), default=(0, None))[1]
    assert last is None or isinstance(last, ConsentGranted), "they said no to all paths"


def replies_go_back(decided: PathDecided) -> None:
    """By the path the contact came in on."""
    if decided.asked.purpose is Purpose.REPLY:
        for said in decided.said:
            assert (said.channel, said.point) == (decided.asked.came_in_on, decided.asked.came_in_at)


def held_out_hear_nothing(story: Story, decided: PathDecided) -> None:
    """On no path."""
    whole = story.whole(decided.customer_id)
    declared = [event for event in story.of(SegmentChanged, streams=whole) if "segment" in event.said]
    last = max(enumerate(declared), key=lambda one: (one[1].at, one[0]), default=(0, None))[1]
    oldest = min(
        (one.event.at, one.stream)
        for one in story.log
        if isinstance(one.event, CustomerRegistered) and one.stream in whole
    )[1]
    assert decided.customer_id == oldest
    business = last is not None and last.segment in ("B2B", "B2G")
    holder = decided.account_id if business and decided.account_id else oldest
    digest = hashlib.sha256(f"1\x1f{CAMPAIGN}\x1f{holder}".encode()).hexdigest()[:16]
    if int(digest, 16) / 2**64 * 100 < story.policy.share:
        assert all(said.proposition != HELD_BACK for said in decided.said), f"{holder} is held out"


def windows_hold(story: Story, slot: ContactSlotReserved, moved: set[str]) -> None:
    """With this one there are never too many in any window that holds it, of the customer or of the account. `moved`:
    slots that were given back for it, by the same command."""
    whole = story.whole(slot.customer_id)
    for cap in story.policy.caps:
        if slot.purpose not in cap.purposes or slot.channel not in cap.channels:
            continue
        if cap.of == "account" and not slot.account_id:
            continue
        others = _counted(story, cap, slot, moved, whole if cap.of == "customer" else None)
        window = timedelta(hours=cap.hours)
        for end in [slot.due_at, *(at for at in others if slot.due_at < at < slot.due_at + window)]:
            inside = [at for at in [*others, slot.due_at] if end - window < at <= end]
            assert len(inside) <= cap.most, f"{len(inside)} in {cap.hours} h to {end}, {cap.most} are allowed"


def _counted(
    story: Story, cap: Cap, slot: ContactSlotReserved, moved: set[str], whole: set[str] | None
) -> list[datetime]:
    """When they are contacted besides: `whole` None: those of the account."""
    people = story.holders(slot.account_id, slot.at) if whole is None else whole
    released = {event.slot_id for event in story.of(ContactSlotReleased)} | moved
    found: dict[str, datetime] = {}
    for event in story.of(ContactSlotReserved):
        mine = event.account_id == slot.account_id if whole is None else event.customer_id in people
        if mine and event.slot_id not in released and event.purpose in cap.purposes and event.channel in cap.channels:
            found[event.slot_id] = event.due_at
    begun = {(event.channel, event.thread) for event in story.of(ContactReceived, streams=people)}
    came_back = set[str]()
    for event in story.of(ContactSent, ContactSlotReleased):
        if isinstance(event, ContactSent):
            came_back.discard(event.contact_id)
        else:
            came_back.add(event.slot_id)
    for sent in story.of(ContactSent, streams=people):
        purpose = sent.purpose if sent.purpose in tuple(Purpose) else "promotional"
        begins = (sent.channel, sent.thread) not in begun and sent.contact_id not in came_back
        if begins and purpose in cap.purposes and sent.channel in cap.channels:
            found[sent.contact_id] = sent.at
    return [at for name, at in found.items() if name != slot.slot_id]


def one_grant_at_a_time(story: Story, given: PropositionGranted) -> None:
    """Nobody is granted what they hold already."""
    assert given.proposition not in best_grants(story, given.holder, given.at)


def best_grants(story: Story, holder: str, at: datetime) -> dict[str, dict[str, Any]]:
    """By proposition the one grant that stands: of all streams that are this holder now the best that is living."""
    streams = {holder} if holder.startswith("account-") else story.whole(holder)
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for one in story.log:
        event = one.event
        if isinstance(event, PropositionGranted) and one.stream in streams:
            newest[one.stream, event.proposition] = event.model_dump() | {"granted": event.at}
        elif isinstance(event, GrantAmended) and one.stream in streams:
            known = newest[one.stream, event.proposition]
            if known["grant_id"] == event.grant_id:
                newest[one.stream, event.proposition] = event.model_dump() | {"granted": known["granted"]}
    best: dict[str, dict[str, Any]] = {}
    for (_, proposition), grant in sorted(newest.items(), key=lambda one: (one[1]["granted"], one[1]["grant_id"])):
        if at < grant["expires_at"]:
            assert grant["terms_hash"] == plain_hash(grant["terms"])
            best[proposition] = max(best.get(proposition, grant), grant, key=_worth)
    return best


def _worth(grant: dict[str, Any]) -> tuple[Any, ...]:
    return -grant["terms"]["price"], grant["terms"]["gift"], grant["expires_at"]


def plain_hash(terms: dict[str, Any]) -> str:
    inside = ",".join(f"{json.dumps(name)}:{json.dumps(terms[name])}" for name in sorted(terms))
    return hashlib.sha256(f"{{{inside}}}".encode()).hexdigest()[:32]


def presented_as_granted(story: Story, said: PropositionPresented, stream: str) -> None:
    """With the very terms that stand at that moment."""
    stands = best_grants(story, stream, said.at)[said.proposition]
    assert (said.grant_id, said.terms_hash) == (stands["grant_id"], stands["terms_hash"])


def amended_for_a_reason(story: Story, amended: GrantAmended, stream: str) -> None:
    """Or for the better."""
    before = best_grants(story, stream, amended.at)[amended.proposition]
    worse = amended.terms["price"] > before["terms"]["price"] or amended.terms["gift"] < before["terms"]["gift"]  # type: ignore[operator]
    if worse or amended.expires_at < before["expires_at"]:
        assert amended.reason


def dispatched_once(log: Sequence[Recorded], told: Recorded) -> None:
    """An adapter is told by a decision of that very moment, and again only when it said that the contact failed."""
    event = told.event
    assert isinstance(event, ContactDispatched)
    decided = [
        one.event
        for one in log
        if isinstance(one.event, PathDecided)
        and (one.event.recorded_at, one.event.causation) == (event.recorded_at, event.causation)
    ]
    assert any(one.outcome is Outcome.NOW and one.said[0].channel is event.channel for one in decided)
    before = [one.event for one in log if one.position < told.position]
    dispatched = [one for one in before if isinstance(one, ContactDispatched) and one.outbound_id == event.outbound_id]
    failed = {one.contact_id for one in before if isinstance(one, ContactFailed)}
    assert {one.contact_id for one in dispatched} <= failed, "it may have been made already"
    assert event.contact_id not in {one.contact_id for one in dispatched}, "adapters would take it for the same one"


def _sells(decided: PathDecided) -> bool:
    if decided.outcome is Outcome.NOTHING:
        return False
    return any(_purpose(decided, said.proposition) == "promotional" for said in decided.said)


def _purpose(decided: PathDecided, proposition: str) -> str:
    return PURPOSE_OF[proposition] if proposition else str(decided.asked.purpose)


def points_by_id(ids: Sequence[str]) -> dict[str, Point]:
    return dict(zip(ids, POINTS, strict=True))
