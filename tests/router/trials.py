"""Days whose people do always the same, made by production rules, and trials of their logs."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from hub.calls.generator import generate_calls
from hub.calls.mapping import load_mapping
from hub.calls.reading import read_calls
from hub.calls.recorded_call import RecordedCall
from hub.calls.statistics import recorded_spans
from hub.domain.contact import Standing
from hub.domain.interaction.events import InteractionOffered
from hub.domain.policy.events import PolicyPublished
from hub.ports import Recorded
from hub.router.policy.book import routing_book
from hub.router.policy.parsing import Policy, parse_policy
from hub.router.pool import commands as ask
from hub.router.pool.state import PoolState
from hub.router.trial.compare import SEED, Trial, try_policy
from hub.router.trial.recording import Recording
from hub.simulated.schedule import Schedule, schedule
from tests.router.days import EXAMPLES, OPEN, Day, _arrives, _signs_on, full_centre

BANK = parse_policy((EXAMPLES / "bank_calls.toml").read_text())
MAPPING = EXAMPLES.parent / "mappings" / "bank_calls.toml"
REACTION = 2.0


def uninterrupted() -> list[Policy]:
    """The example that uses most of what a policy can say, by several orders, but nothing is paused: the people of a
    `Day` end what is paused, those of a trial go on with it first."""
    return [parse_policy(re.sub("interruptible = true", "interruptible = false", text)) for _, text in full_centre()]


def steady_day(policy: Policy, *, seed: int, hours: float = 3, an_hour: int = 300, agents: int = 10) -> Day:
    """All channels; customers leave, ask for calls and come back; agents accept after two seconds, come and go."""
    day = Day(policy, seed, OPEN)
    _steady(day)
    random = day.random
    for number in range(agents):
        day.after(random.uniform(0, 60), lambda number=number: _signs_on(day, number))  # type: ignore[misc]
    for number in range(int(an_hour * hours)):
        day.after(random.uniform(0, hours * 3600), lambda number=number: _arrives(day, number))  # type: ignore[misc]
    day.run(OPEN + timedelta(hours=hours + 0.5))
    return day


def _steady(day: Day) -> None:
    def accepts(_: str, offer: InteractionOffered) -> None:
        given = {"agent_id": offer.agent_id, "offer_id": offer.offer_id}
        day.after(REACTION, lambda: day.do(ask.Accept, **given))

    day.restless = 0
    day.on_offer = accepts


def bank_day(folder: Path, *, human: bool = False, seed: int = 1, policy: Policy = BANK) -> Day:
    """A generated day of a bank's call centre. `human`: agents take more or less time to accept, decline some offers
    and miss others."""
    file, mapping = folder / "calls.tsv", load_mapping(MAPPING)
    generate_calls(file, days=1, start=date(1999, 2, 1), seed=seed)
    calls = [row for row in read_calls(file, mapping) if isinstance(row, RecordedCall)]
    planned = schedule(calls, recorded_spans(calls, mapping.zone), skills="served")
    day = Day(policy, seed, planned.begin)
    if human:
        day.conversation_goes_on = lambda stream, agent_id: day.do(  # type: ignore[method-assign,assignment]
            ask.End, agent_id=agent_id, interaction_id=stream
        )
    else:
        _steady(day)
    _play(day, calls, planned)
    return day


def _play(day: Day, calls: Sequence[RecordedCall], planned: Schedule) -> None:
    tiers = {call.contact_id: call.value_tier or "standard" for call in calls}
    talks = {f"interaction-{name}": call.talk for name, call in planned.calls.items()}
    day.talk = lambda stream: talks.get(stream, 30.0)
    for shift in planned.shifts:
        agent = shift.agent
        given = {"languages": agent.languages}
        day.at(shift.start, lambda agent=agent, given=given: day.signs_on(agent.id, dict(agent.skills), **given))  # type: ignore[misc]
        day.at(shift.end, lambda agent=agent: _goes_home(day, agent.id))  # type: ignore[misc]
    for name, call in planned.calls.items():
        contact = call.contact
        day.at(
            call.at,
            lambda name=name, call=call, contact=contact: day.arrives(  # type: ignore[misc]
                name, f"customer-{name}", call.patience, channel=contact.path.channel, thread=name,
                service=contact.service, language=contact.language, standing=Standing(value_tier=tiers[name]),
            ),
        )  # fmt: skip
    last = max(shift.end for shift in planned.shifts)
    day.run(last + timedelta(hours=1))


def _goes_home(day: Day, agent_id: str) -> None:
    """As soon as what they are on is done."""
    if not day.do(ask.SignOff, agent_id=agent_id):
        day.after(5, lambda: _goes_home(day, agent_id))


def trial(
    log: Sequence[Recorded],
    starting: Policy,
    tried: Policy,
    since: datetime | None = None,
    until: datetime | None = None,
    seed: int = SEED,
) -> Trial:
    """Of a log in memory."""
    book = routing_book(starting, tried)
    for one in log:
        if isinstance(one.event, PolicyPublished):
            book.add(one.event.version, one.event.text)
    recording = Recording([PoolState(starting, "main", book) for _ in range(2)], since, until)
    for one in log:
        if not recording.take(one):
            break
    return try_policy(recording, book, tried, seed)
