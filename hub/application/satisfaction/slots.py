"""A survey that is sent unasked takes one of the contacts that frequency allows, as whatever else is sent does."""

from datetime import datetime
from typing import Any

from hub.application.paths.whole import Facts, Whole
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import ContactReceived
from hub.domain.satisfaction.decide import Reach
from hub.paths.consent.purposes import Gate
from hub.paths.frequency.reserving import Rules, Wanted, reserve, room
from hub.paths.gates.verdict import Verdict
from hub.paths.policy.model import PathPolicy


def no_room(whole: Whole, reach: Reach, policy: PathPolicy, at: datetime) -> Verdict | None:
    """Why there is no room for it; None: there is, or none is needed. A question in the conversation that it is about
    is no contact of ours."""
    if reach.thread or Gate.FREQUENCY not in policy.purpose_table()[Purpose.SURVEY].gates:
        return None
    verdict = room(whole.parties(), _wanted(whole, reach, "survey", at), _rules(policy))
    return None if verdict.is_open else verdict


def slot(whole: Whole, reach: Reach, survey: str, policy: PathPolicy, **meta: Any) -> Facts:
    """Of the survey's own name."""
    if reach.thread or Gate.FREQUENCY not in policy.purpose_table()[Purpose.SURVEY].gates:
        return []
    return reserve(whole.parties(), _wanted(whole, reach, survey, meta["at"]), _rules(policy), **meta)


def _wanted(whole: Whole, reach: Reach, survey: str, at: datetime) -> Wanted:
    streams = (
        stream
        for stream, history in whole.customer.items()
        for one in history
        if isinstance(one.event, ContactReceived) and one.event.contact_id == reach.contact_id
    )
    stream = next(streams, whole.canonical)
    return Wanted(survey, at, reach.channel, Purpose.SURVEY, "hub", stream, whole.account_id)


def _rules(policy: PathPolicy) -> Rules:
    return Rules(policy.version, policy.frequency, policy.purpose_table())
