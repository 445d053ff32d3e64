"""The desk: what an agent's screen is drawn by, as the policy in force says."""

from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import AgentCall
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.contact import Channel
from hub.paths.policy.model import Money, PathPolicy
from hub.paths.propositions.model import TermUnit
from hub.router.policy.desk import Calendar, Named, Weekday
from hub.router.policy.fields import WrapUpRule
from hub.router.policy.parsing import Policy

router = Routes("agents")


class Choice(BaseModel):
    """Something to choose from: `name` is sent back, `labels` are what it is called by language; where a language is
    missing it is shown as its name."""

    name: str
    labels: dict[str, str]


class DeskQueue(Choice):
    """A queue. `wrap_up_codes`: what its work may be closed with, empty: anything; `pull`: agents may take waiting work
    out of it; `channels`: those its rules name, empty: any; `service_level_seconds`: within which to answer."""

    wrap_up_codes: list[Choice]
    wrap_up_rule: WrapUpRule
    wrap_up_seconds: float
    pull: bool
    channels: list[Channel]
    service_level_seconds: float


class DeskChannel(BaseModel):
    """A channel: what a piece of its work takes of 100 units, most pieces at once (null: no bound but capacity), and
    whether it may be parked."""

    channel: Channel
    units: int
    ceiling: int | None
    parks: bool


class LocaleTold(BaseModel):
    """How the operator counts days. `phone_region`: where phone numbers without a country code belong."""

    calendar: Calendar
    first_day: Weekday
    weekend: list[Weekday]
    time_zone: str
    phone_region: str


class MoneyTold(BaseModel):
    """Amounts are whole units of `currency`; `shown_units` of them are one `shown_as` where people read them."""

    currency: str
    shown_as: str
    shown_units: int


class DeskTold(BaseModel):
    """Queues, codes and reasons by the policy in force, whose version is `policy`. `away_reasons` empty: anything or
    nothing may be said. Of the path policy in force `money`, and in `terms` what each number among the terms of each
    proposition counts; one that is not named is a mere number."""

    policy: str
    away_reasons: list[Choice]
    queues: list[DeskQueue]
    channels: list[DeskChannel]
    languages: list[str]
    locale: LocaleTold
    money: MoneyTold
    terms: dict[str, dict[str, TermUnit]]


@router.get("/v1/desk", summary="What an agent's screen is drawn by", responses=told(DeskTold))
async def desk(call: AgentCall) -> Response:
    """Reasons to be away, queues with their wrap-up codes, channels, languages and the calendar, and how money and
    terms are shown, as the policies in force say. Ask again when the stream tells `PolicyAdopted`."""
    services = call.services
    paths = services.paths.in_force.policy
    told = desk_of(services.pool.policy, services.phone_region)
    return answer({**told, "money": _money(paths.money), "terms": _units(paths)})


def desk_of(policy: Policy, phone_region: str) -> dict[str, Any]:
    """As it is told."""
    labels, locale = policy.labels, policy.locale
    return {
        "policy": policy.version,
        "away_reasons": [_choice(reason, labels.away_reasons) for reason in policy.agents.away_reasons],
        "queues": [_queue(policy, name) for name in policy.queues],
        "channels": [_channel(policy, channel) for channel in Channel],
        "languages": locale.languages,
        "locale": {
            "calendar": locale.calendar,
            "first_day": locale.first_day,
            "weekend": locale.weekend,
            "time_zone": policy.time_zone,
            "phone_region": phone_region,
        },
    }


def _queue(policy: Policy, name: str) -> dict[str, Any]:
    queue = policy.queues[name]
    named = {rule.channel for rule in policy.rules if rule.queue == name}
    return {
        **_choice(name, policy.labels.queues),
        "wrap_up_codes": [_choice(code, policy.labels.wrap_up) for code in queue.wrap_up],
        "wrap_up_rule": queue.wrap_up_rule,
        "wrap_up_seconds": queue.wrap_up_seconds,
        "pull": queue.pull,
        "channels": [] if None in named else [one for one in Channel if one in named],
        "service_level_seconds": queue.service_level.seconds,
    }


def _money(money: Money) -> dict[str, Any]:
    return {"currency": money.currency, "shown_as": money.shown_as or money.currency, "shown_units": money.shown_units}


def _units(paths: PathPolicy) -> dict[str, dict[str, TermUnit]]:
    counted = {
        one.name: {name: term.unit for name, term in one.terms.items() if term.unit} for one in paths.propositions
    }
    return {name: units for name, units in counted.items() if units}


def _channel(policy: Policy, channel: Channel) -> dict[str, Any]:
    rules = policy.channel(channel)
    return {"channel": channel, "units": rules.units, "ceiling": rules.ceiling, "parks": rules.asynchronous}


def _choice(name: str, labels: Named) -> dict[str, Any]:
    return {"name": name, "labels": labels.get(name, {})}
