"""What an agent may say to the customer who is there: decided as soon as the work is offered to one, and anew when what
is known of the customer has changed."""

from collections.abc import Container, Iterable

from hub.application.paths.decisions import (
    AskedAs,
    Decided,
    Looked,
    PathDecisions,
    Request,
    is_same,
    refuse_forgotten_part,
)
from hub.application.paths.in_force import RulesInForce
from hub.application.paths.shown_actions import Showing, Shown, shown_actions
from hub.application.paths.talk import Proposed, Talk, decision_presented, proposed_in, request_of, talk_of
from hub.application.paths.whole import Whole, Wholes
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Direction
from hub.domain.customer.consent.point import CHANNELS_OF
from hub.domain.customer.events import ContactReceived, ContactSent, IdentifierObserved, StandingReviewed
from hub.domain.customer.identity import ADDRESS_KIND, Spell
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.decision.events import ActionsNotPresented, PathDecided
from hub.domain.event import Event
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.gathering import PointOf
from hub.paths.decision.question import CameIn, Question
from hub.paths.decision.record import capacity_of, question_of
from hub.paths.decision.rules import PathRules, rules_of
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.model import Sender
from hub.ports import Clock, Recorded, Streams

_CHANGES_NOTHING = (
    *(ContactReceived, ContactSent, PathDecided, ActionsNotPresented, ContactSlotReserved, ContactSlotReleased),
    *(StandingReviewed, SatisfactionAsked, SatisfactionRecorded),
)
"""Facts of a customer after which an agent is given the same to say."""
_KEPT_POLICIES = 4


class NextBestActions:
    """Of conversations with customers, by interaction."""

    def __init__(
        self,
        journal: Streams,
        clock: Clock,
        wholes: Wholes,
        decisions: PathDecisions,
        in_force: RulesInForce,
        policies: PathPolicies,
        point_of: PointOf,
        spell: Spell,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._wholes = wholes
        self._decisions = decisions
        self._in_force = in_force
        self._policies = policies
        self._point_of = point_of
        self._spell = spell
        self._older: dict[str, tuple[PathPolicy, PathRules]] = {}

    @property
    def proposes(self) -> bool:
        """Whether agents may say anything by the policy in force."""
        return bool(self._in_force.rules.by_sender[Sender.AGENT])

    @property
    def asks_for_responses(self) -> bool:
        """Whether agents have to say what came of each action."""
        return self.proposes and self._in_force.policy.arbitration.asks_for_responses

    async def talk(self, interaction: str) -> Talk:
        """The conversation. Raises NotFoundError, and RefusedError where nobody speaks with a customer."""
        return talk_of(interaction, (await self._journal.load([interaction]))[interaction])

    async def read(self, talk: Talk) -> tuple[Whole, Proposed]:
        """The customer now, and what was proposed to them in this conversation. Raises RefusedError of who was
        forgotten."""
        whole = await self._wholes.read(talk.customer_id, self._clock.now())
        refuse_forgotten_part(whole)
        proposed = proposed_in(talk, whole)
        if proposed.last is not None and proposed.last.account_id != whole.account_id:
            about = proposed.last.account_id
            whole = await self._wholes.read(talk.customer_id, self._clock.now(), account_id=about)
            proposed = proposed_in(talk, whole)
        return whole, proposed

    async def decide(self, interaction: str, *, actor: str, command_id: str) -> Decided | None:
        """What an agent may say in it now; None: nothing is proposed in it any more, or agents may say nothing."""
        return await self._decide(await self.talk(interaction), actor, command_id)

    async def show(self, interaction: str, *, actor: str, command_id: str) -> Shown:
        """What an agent may say in it, each with its terms and why, and what came of it; decided anew if it has to be.
        When it is over: as it was last."""
        talk = await self.talk(interaction)
        whole, proposed = await self.read(talk)
        if self.proposes and not talk.is_over and not self._holds(talk, whole, proposed):
            await self._decide(talk, actor, command_id)
            whole, proposed = await self.read(talk)
        if proposed.last is None:
            return Shown(talk, whole.canonical)
        looked = await self._looked(whole, proposed.last)
        return shown_actions(Showing(talk, whole, looked, self._decisions.responses, self._clock.now()), proposed)

    async def _decide(self, talk: Talk, actor: str, command_id: str) -> Decided | None:
        if talk.is_over or not self.proposes:
            return None
        return await self._decisions.decide_on(
            talk.customer_id, lambda whole: self._request(talk, whole), True, actor=actor, command_id=command_id
        )

    def _request(self, talk: Talk, whole: Whole) -> Request:
        """The last one again, if it still holds."""
        proposed = proposed_in(talk, whole)
        again = self._holds(talk, whole, proposed)
        name = request_of(talk.interaction_id, proposed.number + (not again))
        return Request(name, self._question(talk, whole), AskedAs.CONVERSATION)

    def _holds(self, talk: Talk, whole: Whole, proposed: Proposed) -> bool:
        """Whether what was decided last is what would be decided now, as far as policy and facts tell. What the agent
        did with it does not change it: or each answer would bring more to answer."""
        last = proposed.last
        if last is None or last.policy != self._in_force.policy.version:
            return False
        if not is_same(self._question(talk, whole), last):
            return False
        own = {one.event.decision_id for one in proposed.decisions if isinstance(one.event, PathDecided)}
        streams = [*whole.customer.values(), whole.account.get(whole.account_id, ())]
        changed = any(_changes(one, last.seen, own) for history in streams for one in history)
        return not changed and not any(one.recorded_at > last.recorded_at for one in whole.of_points)

    def _question(self, talk: Talk, whole: Whole) -> Question:
        contacts = _contacts(talk, whole)
        return Question(
            "", self._clock.now(), Direction.INBOUND, (talk.channel,), Sender.AGENT, service=talk.service,
            interaction_id=talk.interaction_id, came_in=self._came_in(talk, contacts, whole),
            confidence=self._confidence(contacts, whole),
        )  # fmt: skip

    def _came_in(self, talk: Talk, contacts: Iterable[ContactReceived], whole: Whole) -> CameIn:
        """Where they are; who withholds their number is at no contact point."""
        known = _observed(whole)
        for contact in contacts:
            kind = ADDRESS_KIND[contact.channel]
            if contact.channel is talk.channel and kind in CHANNELS_OF:
                value = self._spelled(kind, contact.address, known)
                if value:
                    return CameIn(talk.channel, self._point_of(kind, value).point)
        return CameIn(talk.channel, "")

    def _confidence(self, contacts: Iterable[ContactReceived], whole: Whole) -> Confidence:
        """Verified by any contact of theirs in this conversation: it brought what was proved to be theirs."""
        proved = {name for name, verified in _observed(whole).items() if verified}
        for contact in contacts:
            for one in contact.identifiers:
                if one.verified and (one.kind, self._spelled(one.kind, one.value, proved)) in proved:
                    return Confidence.VERIFIED
        return Confidence.CLAIMED

    def _spelled(self, kind: str, value: str, known: Container[tuple[str, str]]) -> str:
        """In its one spelling; what is known as it came need not be spelled. Empty: it names nobody."""
        if (kind, value) in known:
            return value
        spelled = self._spell(kind, value)
        return spelled.value if spelled.names_somebody else ""

    async def _looked(self, now: Whole, event: PathDecided) -> Looked:
        """All that was looked at then, with the responses counted until now."""
        policy, rules = await self.policed(event.policy)
        about, question = event.account_id, question_of(event)
        whole = now.as_of(event.seen) if now.canonical == event.customer_id and now.account_id == about else None
        if whole is None:
            whole = await self._wholes.read(event.customer_id, event.at, account_id=about, seen=event.seen)
        return self._decisions.look(whole, question, policy, rules, capacity_of(event))

    async def policed(self, version: str) -> tuple[PathPolicy, PathRules]:
        """The policy of that version, as a decision saw it."""
        if version == self._in_force.policy.version:
            return self._in_force.policy, self._in_force.rules
        known = self._older.get(version)
        if known is None:
            if len(self._older) >= _KEPT_POLICIES:
                self._older.clear()
            policy = parse_path_policy((await self._policies.version(version)).text)
            known = self._older[version] = policy, rules_of(policy)
        return known


def _observed(whole: Whole) -> dict[tuple[str, str], bool]:
    """The customer's identifiers, and whether they were ever proved to be theirs."""
    found: dict[tuple[str, str], bool] = {}
    for history in whole.customer.values():
        for one in history:
            if isinstance(one.event, IdentifierObserved):
                name = (one.event.kind, one.event.value)
                found[name] = one.event.verified or found.get(name, False)
    return found


def _contacts(talk: Talk, whole: Whole) -> list[ContactReceived]:
    """The customer's contacts of this conversation, as they came."""
    wanted = set(talk.contacts)
    found = [
        one
        for history in whole.customer.values()
        for one in history
        if isinstance(one.event, ContactReceived) and one.event.contact_id in wanted
    ]
    return [one.event for one in sorted(found) if isinstance(one.event, ContactReceived)]


def _changes(recorded: Recorded, seen: int, own: set[str]) -> bool:
    """Whether this fact came after a decision, and may change it: unless the agent's answers to it are what it is."""
    event: Event = recorded.event
    if recorded.position <= seen or isinstance(event, _CHANGES_NOTHING):
        return False
    led_by = getattr(event, "decision_id", "") or decision_presented(getattr(event, "presentation_id", ""))
    return led_by not in own
