"""What becomes of the offers of an interaction: taken, declined, unanswered, taken back."""

from collections.abc import Mapping
from typing import Any

from hub.domain.errors import RefusedError
from hub.domain.event import Event
from hub.domain.interaction.events import OfferAccepted, OfferDeclined, OfferRescinded, OfferTimedOut
from hub.domain.interaction.state import Interaction, Phase


def accept(
    state: Interaction, offer_id: str, agent_id: str, counted: Mapping[str, Any] | None = None, **meta: Any
) -> list[Event]:
    """The agent takes the offer; whoever else was asked is no longer. `counted`: the fields of OfferAccepted that say
    what its queue's pace and the agent's day come to. Accepting one's own accepted offer again changes nothing."""
    if state.phase is Phase.ACTIVE and (state.offer_id, state.agent_id) == (offer_id, agent_id):
        return []
    if offer_id in state.outrun:
        raise RefusedError(f"offer {offer_id} is no longer open: another agent was faster and has taken it")
    _require_offer(state, offer_id, agent_id)
    accepted = OfferAccepted(offer_id=offer_id, agent_id=agent_id, **(counted or {}), **meta)
    others = [one for one in state.open_offers if one[0] != offer_id]
    return [accepted, *_rescinded(others, "taken by another agent", meta)]


def decline(
    state: Interaction, offer_id: str, agent_id: str, reason: str, busy: bool = False, customer_id: str = "",
    **meta: Any,
) -> list[Event]:  # fmt: skip
    """The agent will not take it, or can't: their line is `busy`. Declining the same offer again changes nothing."""
    if (offer_id, agent_id) in state.declined:
        return []
    _require_offer(state, offer_id, agent_id)
    words = {"reason": reason, "customer_id": customer_id}
    return [OfferDeclined(offer_id=offer_id, agent_id=agent_id, busy=busy, **words, **meta)]


def time_out(state: Interaction, offer_id: str, **meta: Any) -> list[Event]:
    """The offer's deadline passed. Nothing to do when it was answered in time."""
    agent_id = dict(state.open_offers).get(offer_id)
    if state.phase is not Phase.OFFERED or agent_id is None:
        return []
    return [OfferTimedOut(offer_id=offer_id, agent_id=agent_id, **meta)]


def rescind(state: Interaction, reason: str, agent_id: str = "", **meta: Any) -> list[Event]:
    """The hub takes the open offers back: all, or only this agent's. Nothing to do when there is none. `meta` may hold
    what a person `said`, and of which customer."""
    if state.phase is not Phase.OFFERED:
        return []
    return _rescinded([one for one in state.open_offers if agent_id in ("", one[1])], reason, meta)


def _rescinded(offers: list[tuple[str, str]], reason: str, meta: dict[str, Any]) -> list[Event]:
    return [OfferRescinded(offer_id=offer, agent_id=agent, reason=reason, **meta) for offer, agent in offers]


def _require_offer(state: Interaction, offer_id: str, agent_id: str) -> None:
    asked = dict(state.open_offers).get(offer_id)
    if state.phase is not Phase.OFFERED or asked is None:
        raise RefusedError(f"offer {offer_id} is no longer open: it was answered, timed out or taken back")
    if asked != agent_id:
        raise RefusedError(f"offer {offer_id} was made to another agent, not to {agent_id}")
