"""What came of what an agent was given to say: on record before the work on the conversation is over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.application.deciding import append_decided, meta_of
from hub.application.paths.actions import NextBestActions
from hub.application.paths.granting import acts_for, check_may_have, holder_in, state_of
from hub.application.paths.talk import Proposed, Talk, presentation_of
from hub.application.paths.whole import Facts, Whole
from hub.domain.decision.events import ActionsNotPresented, PathDecided, Said
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.grant.decide import Given, Told, answer, grant, present
from hub.domain.grant.events import Response
from hub.domain.grant.holding import held
from hub.domain.grant.state import NO_GRANTS, Grant, Grants, evolve
from hub.domain.interaction.state import Phase
from hub.paths.decision.gathering import PointOf
from hub.paths.decision.rules import PathRules
from hub.paths.decision.state import PathState
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.model import Holder, Proposition, Sender
from hub.ports import Append, Clock, Recorded, Streams

_NOT_THIS = "say not_presented, and ask what may be said now"


class UnansweredError(RefusedError):
    """Something an agent was given to say has no response yet."""

    def __init__(self, interaction: str, propositions: tuple[str, ...]) -> None:
        super().__init__(
            f"say first what came of {', '.join(propositions)}: POST /v1/interactions/{interaction}/responses for "
            "each, not_presented where it was not said"
        )
        self.propositions = propositions


class Answered(NamedTuple):
    """What an agent says that came of an action: named by its proposition, or by its grant."""

    response: Response
    proposition: str = ""
    grant_id: str = ""
    terms_hash: str = ""
    """Of the terms that the customer was told."""
    deferred_until: datetime | None = None


class Seen(NamedTuple):
    """The customer now, by the policy of the decision."""

    policy: PathPolicy
    rules: PathRules
    state: PathState


class ActionResponses:
    """Responses to actions, by interaction."""

    def __init__(self, journal: Streams, clock: Clock, actions: NextBestActions, point_of: PointOf) -> None:
        self._journal = journal
        self._clock = clock
        self._actions = actions
        self._point_of = point_of

    async def respond(self, interaction: str, said: Answered, *, actor: str, command_id: str) -> list[Recorded]:
        """It is granted if it was not and they still may have it, in the terms that the decision showed, presented and
        answered, all at once; said so already: nothing. Raises NotFoundError, InvalidError, RefusedError."""

        async def attempt() -> list[Append]:
            talk = await self._actions.talk(interaction)
            whole, proposed = await self._actions.read(talk)
            event, action = _shown(interaction, whole, proposed, said)
            meta = meta_of(self._clock, actor, command_id) | {"correlation": interaction}
            if said.response is Response.NOT_PRESENTED:
                return whole.writing(_not_presented(talk, whole, proposed, event, action, meta))
            policy, rules = await self._actions.policed(event.policy)
            seen = Seen(policy, rules, state_of(whole, meta["at"], policy, self._point_of))
            return whole.writing(_answered(whole, event, action, seen, said, meta))

        return await append_decided(self._journal, attempt)

    async def refuse_unanswered(self, interaction: str) -> None:
        """Raises UnansweredError where the agent may not complete the wrap-up yet: the path policy asks for responses,
        and some are missing."""
        unanswered = await self._unanswered(interaction, (Phase.WRAP_UP,)) if self._actions.asks_for_responses else ()
        if unanswered:
            raise UnansweredError(interaction, unanswered)

    async def close(self, interaction: str, *, actor: str, command_id: str) -> list[Recorded]:
        """The work on it is over: what has no response was not presented."""

        async def attempt() -> list[Append]:
            talk = await self._actions.talk(interaction)
            whole, proposed = await self._actions.read(talk)
            last, meta = proposed.last, meta_of(self._clock, actor, command_id) | {"correlation": interaction}
            if last is None or not proposed.unanswered or not talk.is_over:
                return []
            return whole.writing([_left(talk, whole, last, proposed.unanswered, meta)])

        return await append_decided(self._journal, attempt)

    async def _unanswered(self, interaction: str, phases: tuple[Phase, ...]) -> tuple[str, ...]:
        """Of work in one of these phases; none where nobody speaks with a customer, or nobody knows who it was."""
        try:
            talk = await self._actions.talk(interaction)
            return (await self._actions.read(talk))[1].unanswered if talk.phase in phases else ()
        except RefusedError:
            return ()


def _shown(interaction: str, whole: Whole, proposed: Proposed, said: Answered) -> tuple[PathDecided, Said]:
    """What it is about. Raises InvalidError where that was never shown."""
    if bool(said.proposition) == bool(said.grant_id):
        raise InvalidError("name the proposition or the grant, one of both", "proposition")
    field, name = ("grant_id", "") if said.grant_id else ("proposition", said.proposition)
    if said.grant_id:
        holders = filter(None, (whole.canonical, whole.account_id))
        given = [grants.given.get(said.grant_id) for one in holders for grants in whole.grants(one).values()]
        name = next((one.proposition for one in given if one is not None), "")
    found = proposed.shown(name) if name else None
    if found is None:
        known = dict.fromkeys(one.proposition for event in _events(proposed) for one in event.said)
        told = f"shown were {', '.join(known)}" if known else "nothing was"
        raise InvalidError(f"{said.grant_id or name} was never shown in {interaction}: {told}", field)
    return found


def _events(proposed: Proposed) -> list[PathDecided]:
    return [one.event for one in proposed.decisions if isinstance(one.event, PathDecided)]


def _not_presented(
    talk: Talk, whole: Whole, proposed: Proposed, event: PathDecided, action: Said, meta: dict[str, Any]
) -> Facts:
    known = proposed.responses.get(action.proposition)
    if known is None:
        return [_left(talk, whole, event, (action.proposition,), meta)]
    if known.response is not Response.NOT_PRESENTED:
        raise RefusedError(f"{action.proposition} was presented, and answered: {known.response}")
    return []


def _left(
    talk: Talk, whole: Whole, event: PathDecided, propositions: tuple[str, ...], meta: dict[str, Any]
) -> tuple[str, ActionsNotPresented]:
    about = {"decision_id": event.decision_id, "interaction_id": talk.interaction_id, "propositions": propositions}
    return whole.canonical, ActionsNotPresented(**meta, **about)


def _answered(
    whole: Whole, event: PathDecided, action: Said, seen: Seen, said: Answered, meta: dict[str, Any]
) -> Facts:
    """In the terms that the decision showed, or those of the grant that stands: it is the same for everybody. What is
    granted with it, they must still be able to have: since it was shown, another path may have granted what excludes
    it."""
    if not said.terms_hash:
        raise InvalidError("name the terms that they were told, by the hash that was shown with them", "terms_hash")
    proposition = next(one for one in seen.policy.propositions if one.name == action.proposition)
    holder = holder_in(whole, proposition)
    grants, presentation = whole.grants(holder), presentation_of(event.decision_id, action.proposition)
    known = _presented(grants, presentation)
    if known is None:
        _check_may_have(whole, proposition, holder, grants, seen, meta["at"])
    given = Given(known, []) if known is not None else grant(
        grants, holder, proposition.granting(seen.policy.version), decision_id=event.decision_id, **meta
    )  # fmt: skip
    if given.told and said.terms_hash != given.grant.terms_hash:
        raise InvalidError(f"these are not the terms that were shown: those are {given.grant.terms_hash}", "terms_hash")
    told = list(given.told)
    about = (given.grant.grant_id, presentation)
    told += present(
        _after(grants, told), about[0], said.terms_hash, presentation_id=presentation, channel=action.channel,
        sender=Sender.AGENT.value, standing=seen.state.standing, decision_id=event.decision_id, **meta,
    )  # fmt: skip
    told += answer(_after(grants, told), *about, said.response, deferred_until=said.deferred_until, **meta)
    return told


def _presented(grants: Mapping[str, Grants], presentation: str) -> Grant | None:
    """The grant that an answer was given to already."""
    every = (one for several in grants.values() for one in several.given.values())
    return next((one for one in every if presentation in one.presentations), None)


def _check_may_have(
    whole: Whole, proposition: Proposition, holder: str, grants: Mapping[str, Grants], seen: Seen, at: datetime
) -> None:
    """Raises RefusedError where nobody may be told of it any more, or granted it."""
    if proposition.holder is Holder.ACCOUNT and not acts_for(whole, at):
        raise RefusedError(f"they act for account {holder} no more: {_NOT_THIS}")
    if proposition.name in held(grants, at).stands:
        return
    try:
        check_may_have(proposition, seen.state, seen.rules)
    except RefusedError as error:
        raise RefusedError(f"{error}: {_NOT_THIS}") from None


def _after(grants: dict[str, Grants], told: Told) -> dict[str, Grants]:
    after = dict(grants)
    for stream, event in told:
        after[stream] = evolve(after.get(stream, NO_GRANTS), event)
    return after
