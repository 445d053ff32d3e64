"""A conversation with a customer as far as it says what an agent may propose in it, and what was proposed so far."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.application.paths.decisions import AskedAs, decision_id
from hub.application.paths.whole import Whole
from hub.domain.contact import Channel
from hub.domain.customer.decide import MAIN_POOL
from hub.domain.decision.events import ActionsNotPresented, PathDecided, Said
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.grant.events import Response
from hub.domain.interaction.events import ContactAttached, InteractionQueued, InteractionReopened
from hub.domain.interaction.state import OVER, Interaction, Phase, evolve
from hub.ports import Recorded

_PRESENTED = ":"


class Talk(NamedTuple):
    """`contacts`: those of the customer in it since it began, or began again; `since`: where in the log that was."""

    interaction_id: str
    customer_id: str
    channel: Channel
    service: str
    language: str
    contacts: tuple[str, ...]
    since: int
    phase: Phase

    @property
    def is_over(self) -> bool:
        """Nothing more is proposed in it."""
        return self.phase in OVER


class Responded(NamedTuple):
    """What came of an action."""

    response: Response
    deferred_until: datetime | None = None


class Proposed(NamedTuple):
    """What was decided in a conversation since it began, or began again, and what came of it."""

    number: int
    """Of all decisions of this conversation, also those before."""
    decisions: Sequence[Recorded]
    responses: Mapping[str, Responded]
    """By proposition."""

    @property
    def last(self) -> PathDecided | None:
        """What holds now."""
        event = self.decisions[-1].event if self.decisions else None
        assert event is None or isinstance(event, PathDecided)
        return event

    @property
    def unanswered(self) -> tuple[str, ...]:
        """What the agent has to say something of yet."""
        said = self.last.said if self.last is not None else ()
        return tuple(one.proposition for one in said if one.proposition not in self.responses)

    def shown(self, proposition: str) -> tuple[PathDecided, Said] | None:
        """Where it was shown last; None: nowhere."""
        for one in reversed(self.decisions):
            if isinstance(one.event, PathDecided):
                for said in one.event.said:
                    if said.proposition == proposition:
                        return one.event, said
        return None


def talk_of(interaction: str, history: Sequence[Recorded]) -> Talk:
    """Raises NotFoundError, and RefusedError for work in which nobody speaks with a customer."""
    queued, state = None, Interaction()
    contacts: list[str] = []
    since = 0
    for recorded in history:
        event = recorded.event
        state = evolve(state, event)
        match event:
            case InteractionQueued() | InteractionReopened():
                queued = event if isinstance(event, InteractionQueued) else queued
                contacts, since = [event.contact_id], recorded.position
            case ContactAttached():
                contacts.append(event.contact_id)
    if queued is None and state.phase is Phase.REFUSED:
        raise RefusedError(f"{interaction} was refused: nobody speaks with the customer in it")
    if queued is None or not interaction.startswith("interaction-"):
        raise NotFoundError(f"there is no interaction {interaction}")
    if queued.consult_of:
        raise RefusedError(f"{interaction} is between agents: ask of {queued.consult_of}, which it is about")
    if queued.pool != MAIN_POOL:
        raise RefusedError(f"{interaction} is of the past: nothing was proposed in it")
    return Talk(
        interaction, queued.customer_id, queued.channel, queued.service, queued.language, tuple(contacts), since,
        state.phase,
    )  # fmt: skip


def request_of(interaction: str, number: int) -> str:
    """The name of the `number`-th decision of a conversation, from 1."""
    return interaction if number == 1 else f"{interaction}/{number}"


def presentation_of(decision: str, proposition: str) -> str:
    """The id under which a response to an action is on record."""
    return f"{decision}{_PRESENTED}{proposition}"


def proposed_in(talk: Talk, whole: Whole) -> Proposed:
    """What was decided for this conversation in the customer's streams. What somebody else asked about it is not
    among that."""
    asked = sorted(
        one
        for history in whole.customer.values()
        for one in history
        if isinstance(one.event, PathDecided) and one.event.asked.interaction_id == talk.interaction_id
    )
    number = 0
    decisions: list[Recorded] = []
    for one in asked:
        request = request_of(talk.interaction_id, number + 1)
        if _id_of(one) == decision_id(one.stream, request, AskedAs.CONVERSATION):
            number += 1
            if one.position > talk.since:
                decisions.append(one)
    return Proposed(number, decisions, _responses({_id_of(one) for one in decisions}, whole))


def decision_presented(presentation: str) -> str:
    """The decision whose action was presented so; empty or nonsense: none of a conversation's."""
    return presentation.partition(_PRESENTED)[0]


def _responses(decisions: set[str], whole: Whole) -> dict[str, Responded]:
    found: dict[str, Responded] = {}
    if not decisions:
        return found
    for history in whole.customer.values():
        for one in history:
            if isinstance(one.event, ActionsNotPresented) and one.event.decision_id in decisions:
                found |= dict.fromkeys(one.event.propositions, Responded(Response.NOT_PRESENTED))
    holders = dict.fromkeys((whole.canonical, *((whole.account_id,) if whole.account_id else ())))
    for holder in holders:
        for grants in whole.grants(holder).values():
            for grant in grants.given.values():
                for presentation in grant.presentations.values():
                    said = decision_presented(presentation.presentation_id)
                    if presentation.response is not None and said in decisions:
                        found[grant.proposition] = Responded(presentation.response, presentation.deferred_until)
    return found


def _id_of(recorded: Recorded) -> str:
    assert isinstance(recorded.event, PathDecided)
    return recorded.event.decision_id
