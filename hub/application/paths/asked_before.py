"""A request that was decided before gets the same decision again, with the terms that stand by now."""

from datetime import datetime

from hub.application.paths.granting import acts_for
from hub.application.paths.whole import Whole
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import InvalidError
from hub.domain.grant.holding import held
from hub.domain.grant.state import Grant
from hub.ports import Recorded


def decided_before(whole: Whole, suffix: str) -> Recorded | None:
    """The decision whose id ends so, in whichever stream of the customer."""
    for history in whole.customer.values():
        for one in history:
            if isinstance(one.event, PathDecided) and one.event.decision_id.endswith(suffix):
                return one
    return None


def check_account(whole: Whole, named: str, at: datetime) -> None:
    """Raises InvalidError where an account is named that the customer does not act for: its terms are told to nobody
    else."""
    if named and not acts_for(whole, at):
        raise InvalidError(f"customer {whole.canonical} does not act for account {named}", "account_id")


def terms_now(whole: Whole, event: PathDecided, at: datetime) -> dict[str, Grant]:
    """The grants that stand now of what was said, by proposition: one that stands in the place of another, none where
    it expired. The account's only where they act for it still."""
    stands = dict(held(whole.grants(whole.canonical), at).stands)
    account = event.account_id
    if account and account == whole.account_id and acts_for(whole, at):
        stands = {**held(whole.grants(account), at).stands, **stands}
    return {one.proposition: stands[one.proposition] for one in event.said if one.proposition in stands}


def given_back(whole: Whole, event: PathDecided) -> str:
    """Why the contact of a decision is not made after all; empty: its slot stands, or it has none."""
    if event.outcome is Outcome.NOTHING:
        return ""
    for slot_id in filter(None, (event.decision_id, event.asked.slot_id)):
        for slots in whole.parties().customer.values():
            if slot_id in slots.reserved:
                return slots.reserved[slot_id].released
    return ""
