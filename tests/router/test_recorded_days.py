"""Recorded days of a call centre, routed in virtual time by people who are not always there: every decision comes out
the same when it is taken again, and the plain meaning of matching agrees with it."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from hub.application.explaining.decisions import Decisions
from hub.calls.generator import generate_calls
from hub.calls.mapping import load_mapping
from hub.calls.reading import read_calls
from hub.calls.recorded_call import RecordedCall
from hub.calls.statistics import recorded_spans
from hub.domain.contact import Standing
from hub.domain.interaction.events import InteractionOffered
from hub.router.explaining.retelling import Retelling
from hub.router.matching.candidates import candidates, canonical_match
from hub.router.policy.book import routing_book
from hub.router.policy.parsing import load_policy
from hub.router.pool import commands as ask
from hub.router.pool.state import PoolState
from hub.simulated.schedule import Schedule, schedule
from tests.router.days import EXAMPLES, Day, journal_of

DAY = date(1999, 2, 1)
REAL = Path(__file__).parents[3] / "shared" / "data" / "bank_calls_1999-02_01-14.tsv"
MAPPING = EXAMPLES.parent / "mappings" / "bank_calls.toml"
EVERY = 7
"""The plain meaning looks at all agents and all work: asked of one decision in so many."""


def calls_of(log: Path) -> tuple[Sequence[RecordedCall], Schedule]:
    mapping = load_mapping(MAPPING)
    rows = [row for row in read_calls(log, mapping) if isinstance(row, RecordedCall)]
    calls = [row for row in rows if row.entered_at.astimezone(mapping.zone).date() == DAY]
    return calls, schedule(calls, recorded_spans(calls, mapping.zone), skills=mapping.replay.agent_skills)


def played(log: Path, restless: float) -> Day:
    """The day's calls and shifts. Some agents decline, let offers time out, transfer, ask for advice."""
    calls, plan = calls_of(log)
    policy = load_policy(EXAMPLES / "bank_calls.toml")
    day = Day(policy, 1, plan.begin)
    day.restless = restless
    talks = {f"interaction-{name}": call.talk for name, call in plan.calls.items()}
    day.talk = lambda stream: talks.get(stream, 60.0)
    customers = {call.contact_id: call.customer.value if call.customer else call.contact_id for call in calls}
    for action in plan.actions():
        if action.kind == "call":
            day.at(action.at, lambda name=action.subject: _calls(day, plan, name, f"customer-{customers[name]}"))  # type: ignore[misc]
    for shift in plan.shifts:
        agent = shift.agent
        day.at(
            shift.start,
            lambda agent=agent: day.signs_on(agent.id, dict(agent.skills), languages=agent.languages),  # type: ignore[misc]
        )
        day.at(shift.end, lambda agent=agent: day.do(ask.SignOff, agent_id=agent.id))  # type: ignore[misc]
    day.run(max(shift.end for shift in plan.shifts))
    return day


def _calls(day: Day, plan: Schedule, name: str, customer: str) -> None:
    call = plan.calls[name]
    contact = call.contact
    tier = contact.declared.value_tier or "standard"
    day.arrives(
        name, customer, call.patience, channel=contact.path.channel, thread=contact.thread or name,
        service=contact.service, language=contact.language, standing=Standing(value_tier=tier),
    )  # fmt: skip


@cache
def generated(folder: Path) -> Path:
    generate_calls(folder / "calls.tsv", days=1, start=DAY, seed=1)
    return folder / "calls.tsv"


@pytest.fixture(params=["generated calls", "real calls"])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "generated calls":
        return generated(tmp_path_factory.getbasetemp())
    if not REAL.exists():
        pytest.skip("the real calls are not here")
    return REAL


@pytest.mark.parametrize("restless", [0.0, 0.3])
async def test_every_decision_of_a_recorded_day_comes_out_the_same(log: Path, restless: float) -> None:
    day = played(log, restless)
    found = await Decisions(journal_of(day.log), day.policy).verify()
    assert found.findings == []
    assert found.ok
    made = [one for one in day.log if isinstance(one.event, InteractionOffered)]
    assert found.by_kind["InteractionOffered"] == len([one for one in made if one.event.actor.startswith("policy:")])
    assert found.by_kind["InteractionQueued"] > 700
    assert found.by_kind["InteractionOffered"] > 500


def test_the_plain_meaning_gives_the_same_work_to_the_same_agent(log: Path) -> None:
    day = played(log, 0.3)
    story = Retelling(PoolState(day.policy, "main", routing_book(day.policy)))
    looked_at = 0
    for recorded in day.log:
        state, event = story.before(recorded), recorded.event
        if isinstance(event, InteractionOffered) and event.actor.startswith("policy:"):
            now, work = event.at.timestamp(), state.interactions[recorded.stream].work
            first = candidates(state.matcher, work, now)[0]
            assert (first.agent_id, first.rank) == (event.agent_id, 1)
            looked_at += 1
            if looked_at % EVERY == 0:
                match = canonical_match(state.matcher, now)
                assert match is not None
                assert (match[0].id, match[1].agent_id) == (recorded.stream, event.agent_id)
        story.after(recorded)
    assert looked_at > 500
