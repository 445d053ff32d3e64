"""The figures reconcile: in every row, in every sum, with the boards and with a slow count of the same history."""

import random
import sqlite3
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.contact import Channel
from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    ContactAttached,
    InteractionAbandoned,
    InteractionEnded,
    InteractionExpired,
    InteractionHeld,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionReopened,
    InteractionTransferred,
    OfferAccepted,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.domain.interaction.state import OVER, Interaction, Phase, evolve
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.domain.pool.events import PoolCommitted
from hub.projections import metrics
from hub.projections.activity import Activity
from hub.projections.agent_intervals import AgentInterval, Place, agent_intervals, place_of
from hub.projections.agent_times import split
from hub.projections.agents import AgentNow, agent_board, agent_now
from hub.projections.agents_doing import activities, occupancy
from hub.projections.formulas import backlog_by_age
from hub.projections.interactions import InteractionRow, interactions
from hub.projections.interactions import interaction as interaction_row
from hub.projections.live import live
from hub.projections.metrics_fold import Threshold
from hub.projections.queues import queue_board
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, START, Log, World

STEPS = st.integers(1, 400)


def project(log: Log, batch: int = 53, **given: object) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, all_projections(**given), log.read, log.decode, batch).run()  # type: ignore[arg-type]
    return connection


@given(chance=CHANCE, steps=STEPS)
@LIVES
def test_offered_is_answered_plus_abandoned_plus_open_everywhere(chance: random.Random, steps: int) -> None:
    connection = project(World(chance).run(steps))
    rows = [(row.queue, row.figures) for row in metrics.queue_intervals(connection)]
    total = metrics.totals(connection)
    by_queue = metrics.totals_by_queue(connection)
    for figures in [total, *(figures for _, figures in rows), *by_queue.values()]:
        assert figures.offered == figures.answered + figures.abandoned + figures.expired + figures.open
        assert figures.open >= 0
        assert sum(figures.refused_by_reason.values()) == figures.refused
        assert figures.transferred <= min(figures.transfers, figures.answered)
        assert figures.callbacks_kept + figures.callbacks_missed <= figures.callbacks
        assert figures.estimated <= figures.answered
        assert (figures.hold_s or 0) <= (figures.aht_s or 0)
        if figures.estimate_error_s is not None and figures.estimate_absolute_error_s is not None:
            assert abs(figures.estimate_error_s) <= figures.estimate_absolute_error_s
        assert figures.short_abandoned <= figures.abandoned_in_target <= figures.abandoned
        assert figures.answered_in_target <= figures.answered
        assert figures.handled <= figures.ended <= figures.answered
    for name in ("offered", "answered", "abandoned", "expired", "open", "handled", "offers", "declined", "timed_out",
                 "rescinded", "transfers", "callbacks", "parked", "moved", "reopened", "refused"):  # fmt: skip
        assert sum(getattr(figures, name) for _, figures in rows) == getattr(total, name)
        assert sum(getattr(figures, name) for figures in by_queue.values()) == getattr(total, name)
    board = {queue.queue: queue for queue in queue_board(connection)}
    now = live(connection)
    assert (now.unanswered, now.answered, now.abandoned, now.expired, now.refused) == (
        total.open, total.answered, total.abandoned, total.expired, total.refused,
    )  # fmt: skip
    assert now.in_queue == sum(queue.waiting + queue.offered for queue in board.values())
    assert sum(now.backlog_by_age.values()) == now.in_queue
    assert now.oldest_waiting_since == min(
        (queue.oldest_waiting_since for queue in board.values() if queue.oldest_waiting_since), default=None
    )
    assert now.active == sum(queue.active for queue in board.values())
    connection.close()


@given(chance=CHANCE, steps=STEPS, target=st.sampled_from([0.0, 5.0, 61.0]), short=st.sampled_from([0.0, 5.0]))
@LIVES
def test_figures_agree_with_a_slow_count(  # noqa: PLR0912 - a plain account, case by case
    chance: random.Random, steps: int, target: float, short: float
) -> None:
    log = World(chance).run(steps)
    connection = project(log, thresholds={"sales": Threshold(target, short)})
    expected: defaultdict[tuple[object, str], Counter[str]] = defaultdict(Counter)
    queued: dict[str, InteractionQueued] = {}
    settled: set[str] = set()
    again: set[str] = set()
    home: dict[str, tuple[datetime, str]] = {}
    due: dict[str, datetime] = {}
    came: dict[str, datetime] = {}
    states: dict[str, Interaction] = {}
    taken: dict[str, tuple[datetime, float]] = {}
    to_answer: defaultdict[tuple[object, str], list[float]] = defaultdict(list)
    to_end: defaultdict[tuple[object, str], list[float]] = defaultdict(list)
    for stream, event in log.events:
        if isinstance(event, ContactReceived):
            came[event.contact_id] = event.at
        before = states.get(stream, Interaction())
        states[stream] = evolve(before, event)
        if isinstance(event, InteractionQueued):
            queued[stream] = event
        if isinstance(event, InteractionReopened):
            again.add(stream)
        first = queued.get(stream)
        if isinstance(event, InteractionQueued | InteractionReopened):
            start = START + (event.at - START) // timedelta(minutes=30) * timedelta(minutes=30)
            home[stream] = start, event.queue
        if first is None or first.consult_of:
            continue
        of = expected[home[stream]]
        of["offered"] += isinstance(event, InteractionQueued)
        of["reopened"] += isinstance(event, InteractionReopened)
        of["offers"] += isinstance(event, InteractionOffered)
        of["timed_out"] += isinstance(event, OfferTimedOut)
        of["transfers"] += isinstance(event, InteractionTransferred)
        of["parked"] += isinstance(event, InteractionParked)
        if stream in again:
            continue
        if isinstance(event, CallbackScheduled):
            due.pop(stream, None)
            if event.due is not None:
                due[stream] = event.due
        since = max(first.at, due.get(stream, first.at))
        wait = max(0.0, (event.at - since).total_seconds())
        limit, short_limit = (target, short) if first.queue == "sales" else (20.0, 5.0)
        if isinstance(event, InteractionEnded):
            of["ended"] += 1
            to_end[home[stream]].append((event.at - came[first.contact_id]).total_seconds())
        if stream in settled:
            continue
        if isinstance(event, OfferAccepted):
            taken[stream] = event.at, wait
        is_answered = _is_answered(before, event)
        if is_answered or isinstance(event, InteractionAbandoned | InteractionExpired):
            settled.add(stream)
        of["expired"] += isinstance(event, InteractionExpired)
        if is_answered:
            at, wait = taken[stream]
            to_answer[home[stream]].append((at - came[first.contact_id]).total_seconds())
            of["answered"] += 1
            of["answered_in_target"] += wait <= limit
        if isinstance(event, InteractionAbandoned):
            of["abandoned"] += 1
            of["short_abandoned"] += wait <= short_limit
            of["abandoned_in_target"] += wait <= limit
    shown = {(row.start, row.queue): row.figures for row in metrics.queue_intervals(connection)}
    assert {key for key, figures in shown.items() if figures.offered or figures.reopened} == expected.keys()
    for key, of in expected.items():
        assert {name: getattr(shown[key], name) for name in of} == dict(of)
        for value, times in ((shown[key].first_response_s, to_answer[key]), (shown[key].resolution_s, to_end[key])):
            assert value == (pytest.approx(sum(times) / len(times)) if times else None)
    connection.close()


def _is_answered(before: Interaction, event: Event) -> bool:
    """Whether the customer has an agent on the line by this: one who is to be called, not before they are reached."""
    after = evolve(before, event)
    if isinstance(event, OfferAccepted):
        return not after.callback
    is_called = before.callback and before.phase is Phase.ACTIVE
    return is_called and (not after.callback or isinstance(event, InteractionEnded))


def _idle_since(log: Log, agent: str) -> datetime:
    """Of the last sign-on or, if later, the last event by which they were done with work."""
    done = (WrapUpCompleted, InteractionTransferred, InteractionParked, InteractionPulledBack, CallbackMissed)
    since = START
    for _, event in log.events:
        if isinstance(event, (AgentSignedOn, *done)) and event.agent_id == agent:
            since = event.at
    return since


@given(chance=CHANCE, steps=STEPS)
@LIVES
def test_contacts_and_events_are_counted_once(chance: random.Random, steps: int) -> None:
    log = World(chance).run(steps)
    connection = project(log)
    contacts = [event for _, event in log.events if isinstance(event, ContactReceived | ContactSent)]
    now = live(connection)
    assert now.contacts_by_channel == Counter(event.channel.value for event in contacts)
    assert now.contacts == len(contacts)
    assert now.events == sum(not isinstance(event, PoolCommitted) for _, event in log.events)
    connection.close()


@given(chance=CHANCE, steps=STEPS)
@LIVES
def test_agents_spend_each_moment_once(chance: random.Random, steps: int) -> None:
    log = World(chance).run(steps)
    connection = project(log)
    intervals = [row for row in agent_intervals(connection) if row.pool == "main"]
    for row in intervals:
        parts = row.available_s + row.offer_s + row.talk_s + row.hold_s + row.wrap_up_s
        parts += row.away_s + row.not_answering_s + row.gone_s
        assert parts <= 1800.0001
        assert row.signed_on_s <= parts + 0.0001
        assert row.concurrency_use is None or 0 <= row.concurrency_use <= 1
    expected = _slow_times(log)
    for agent in {row.agent_id for row in intervals}:
        mine = [row for row in intervals if row.agent_id == agent]
        shown = {
            name: round(sum(getattr(row, f"{name}_s") for row in mine), 3)
            for name in ("available", "offer", "talk", "hold", "wrap_up", "away", "not_answering", "gone")
        }
        assert shown == {name: round(expected[agent, name], 3) for name in shown}
    connection.close()


def _slow_times(log: Log) -> Counter[tuple[str, str]]:
    """Seconds by (agent, what they did): every agent is looked at after every event. What is written down late, such as
    that a case was due, turns no clock back."""
    state: dict[str, str] = {}
    work: dict[str, Interaction] = {}
    past = {stream for stream, event in log.events if isinstance(event, InteractionQueued) and event.pool == "history"}
    times: Counter[tuple[str, str]] = Counter()
    events = [(stream, event) for stream, event in log.events if stream not in past and event.at >= START]
    moments = list(accumulate((event.at for _, event in events), max))
    for (stream, event), (moment, following) in zip(events, pairwise([*moments, *moments[-1:]]), strict=True):
        if isinstance(event, AgentSignedOn):
            state[event.agent_id] = "available"
        elif isinstance(event, AgentSignedOff):
            state[event.agent_id] = ""
        elif isinstance(event, AgentStateChanged):
            state[event.agent_id] = "available" if event.state is AgentState.READY else event.state.value
        elif stream.startswith("interaction-"):
            work[stream] = evolve(work.get(stream, Interaction()), event)
        mine = defaultdict(set)
        for one in work.values():
            for _, agent in one.open_offers:
                mine[agent].add("offer")
            if one.phase is Phase.ACTIVE and not one.interrupted:
                mine[one.agent_id].add("hold" if one.on_hold else "talk")
            if one.phase is Phase.WRAP_UP:
                mine[one.agent_id].add("wrap_up")
        for agent, doing in state.items():
            what = next((one for one in ("talk", "hold", "wrap_up", "offer") if one in mine[agent]), doing)
            times[agent, what] += (following - moment).total_seconds()  # type: ignore[assignment]
    return times


@given(chance=CHANCE, steps=STEPS)
@LIVES
def test_agent_board_live_counts_and_intervals_agree(chance: random.Random, steps: int) -> None:
    log = World(chance).run(steps)
    connection = project(log)
    board = agent_board(connection)
    counts = Counter(agent.activity for agent in board)
    assert {what: count for what, count in activities(connection).items() if count} == counts
    now = live(connection)
    assert (now.available, now.on_contact) == (counts[Activity.AVAILABLE], counts[Activity.ON_CONTACT])
    signed_on = [row for row in agent_intervals(connection) if row.pool == "main"]
    busy = sum(row.offer_s + row.talk_s + row.hold_s + row.wrap_up_s for row in signed_on)
    free = sum(row.available_s for row in signed_on)
    assert now.occupancy == (pytest.approx(busy / (busy + free)) if busy + free else None)
    handled: Counter[str] = Counter()
    for row in agent_intervals(connection):
        handled[row.agent_id] += row.handled
    for agent in board:
        assert agent.handled == handled[agent.agent_id]
        assert agent.units_in_use == sum(one.units for one in agent.interactions)
        assert agent_now(connection, agent.agent_id) == agent
        if agent.idle_since is not None:
            assert agent.idle_since == _idle_since(log, agent.agent_id)
    connection.close()


@given(chance=CHANCE, steps=STEPS, back=st.integers(0, 10_000), since=st.sampled_from([None, 0, 7, 45, 300]))
@LIVES
def test_sums_that_are_kept_equal_a_count_of_everything(
    chance: random.Random, steps: int, back: int, since: int | None
) -> None:
    """At any moment, also one that is past or yet to come, and from any moment on."""
    world = World(chance)
    connection = project(world.run(steps), chance.randint(1, 60))
    moment = world.now + timedelta(seconds=chance.choice([-back, 0, back]))
    start = None if since is None else START + timedelta(minutes=since)
    intervals = [row for row in agent_intervals(connection, start, as_of=moment) if row.pool != HISTORY_POOL]
    busy = sum(row.offer_s + row.talk_s + row.hold_s + row.wrap_up_s for row in intervals)
    free = sum(row.available_s for row in intervals)
    expected = pytest.approx(busy / (busy + free)) if busy + free else None
    assert occupancy(connection, start, as_of=moment) == expected
    now = live(connection, start, moment)
    assert now.occupancy == expected
    rows = [row for row in interactions(connection, limit=-1) if row.phase not in OVER]
    work = [row for row in rows if not row.consult_of]
    phases = Counter(row.phase for row in work)
    assert (now.waiting, now.active, now.parked) == (phases["waiting"], phases["active"], phases["parked"])
    assert now.consults == len(rows) - len(work)
    assert (now.on_hold, now.flagged) == (sum(row.on_hold for row in rows), sum(row.flagged != "" for row in rows))
    ages = [(moment - row.since).total_seconds() for row in work if row.phase in ("waiting", "offered")]
    assert now.backlog_by_age == backlog_by_age(ages)
    figures = metrics.totals(connection, start)
    by_queue = metrics.totals_by_queue(connection, start).values()
    for name in ("offered", "answered", "abandoned", "handled", "transfers", "offers", "refused", "open"):
        assert getattr(figures, name) == sum(getattr(one, name) for one in by_queue)
    connection.close()


@given(chance=CHANCE, steps=STEPS, limit=st.integers(1, 9))
@LIVES
def test_pages_of_agents_and_of_their_intervals_join_to_the_whole(
    chance: random.Random, steps: int, limit: int
) -> None:
    world = World(chance)
    connection = project(world.run(steps))
    moment = world.now + timedelta(minutes=chance.choice([-90, 0, 90]))
    start = chance.choice([None, START, START + timedelta(minutes=45)])
    whole = agent_intervals(connection, start, as_of=moment)
    assert [row.place for row in whole] == sorted({row.place for row in whole})
    paged: list[AgentInterval] = []
    while page := agent_intervals(
        connection, start, as_of=moment, after=paged[-1].place if paged else None, limit=limit
    ):
        assert len(page) <= limit
        paged += page
    assert paged == whole
    for agent in {row.agent_id for row in whole}:
        alone = agent_intervals(connection, start, None, agent, as_of=moment)
        assert alone == [row for row in whole if row.agent_id == agent]
    board: list[AgentNow] = []
    while found := agent_board(connection, start, after=board[-1].agent_id if board else "", limit=limit):
        board += found
    assert board == agent_board(connection, start)
    connection.close()


def test_where_a_page_ended_is_told_and_read_back() -> None:
    place = Place(1_767_600_000_000, "a/b 1", "main")
    assert place_of(str(place)) == place
    assert place_of("-5//x") == Place(-5, "x", "")
    for text in ("", "x/main/a1", "5/main", "1e3/main/a1"):
        with pytest.raises(InvalidError, match="where a page of intervals ended"):
            place_of(text)


def test_an_outcome_belongs_to_the_interval_of_the_queueing() -> None:
    world = World(random.Random(1))
    world.sign_on()
    world.now = START + timedelta(minutes=29, seconds=50)
    interaction = world.queue("customer-1", "contact-1", "sales", Channel.PHONE, "main")
    world.offer()
    world.now += timedelta(seconds=15)
    world.accept(interaction)
    world.now += timedelta(minutes=60)
    world.finish()
    world.now += timedelta(seconds=30)
    world.wrap_up()
    connection = project(world.log)
    [row] = metrics.queue_intervals(connection)
    assert (row.start, row.queue, row.target_s, row.short_abandon_s) == (START, "sales", 20.0, 5.0)
    assert (row.figures.service_level, row.figures.service_level_variant) == (1.0, "without_short_abandoned")
    assert (row.figures.asa_s, row.figures.aht_s, row.figures.open) == (15.0, 3630.0, 0)
    times = [
        (one.start, one.available_s, one.offer_s, one.talk_s, one.wrap_up_s) for one in agent_intervals(connection)
    ]
    half = timedelta(minutes=30)
    assert times == [
        (START, 1790.0, 10.0, 0.0, 0.0),
        (START + half, 0.0, 5.0, 1795.0, 0.0),
        (START + 2 * half, 0.0, 0.0, 1800.0, 0.0),
        (START + 3 * half, 0.0, 0.0, 5.0, 30.0),
    ]
    later = agent_intervals(connection, as_of=world.now + timedelta(seconds=60))
    assert (later[-1].available_s, later[-1].occupancy) == (60.0, pytest.approx(35 / 95))
    assert metrics.queue_intervals(connection, start=START + half) == []
    assert metrics.queue_intervals(connection, end=START + half, queue="sales") == [row]
    assert row.as_row()["service_levels"]["of_offered"] == 1.0
    connection.close()


@pytest.mark.parametrize("batch", [1, 100])
def test_response_and_resolution_are_counted_from_the_contact(batch: int) -> None:
    world = World(random.Random(1))
    world.sign_on()
    (agent,) = world.agents
    contact = world.touch("customer-1", Channel.PHONE)
    world.now += timedelta(seconds=40)
    interaction = world.queue("customer-1", contact, "sales", Channel.PHONE, "main")
    world.add(interaction, ContactAttached, contact_id=world.touch("customer-1", Channel.PHONE))
    world.now += timedelta(seconds=20)
    world.add(interaction, OfferAccepted, offer_id="offer-1", agent_id=agent)
    world.now += timedelta(seconds=100)
    world.add(interaction, InteractionEnded, agent_id=agent, ended_by="agent")
    connection = project(world.log, batch)
    figures = metrics.totals(connection)
    assert (figures.asa_s, figures.first_response_s, figures.resolution_s, figures.ended) == (20.0, 60.0, 160.0, 1)
    assert (live(connection).first_response_s, live(connection).resolution_s) == (60.0, 160.0)
    assert connection.execute("SELECT COUNT(*) FROM metrics_arrivals").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("batch", [1, 100])
@pytest.mark.parametrize("how", [CallbackReached, InteractionHeld, ContactAttached, InteractionEnded])
def test_a_callback_is_answered_when_the_customer_is_reached(batch: int, how: type[Event]) -> None:
    world = World(random.Random(1))
    world.sign_on()
    (agent,) = world.agents
    interaction = world.queue("customer-1", world.touch("customer-1", Channel.PHONE), "sales", Channel.PHONE, "main")
    world.add(interaction, CallbackScheduled, due=None)
    world.now += timedelta(seconds=10)
    world.add(interaction, OfferAccepted, offer_id="offer-1", agent_id=agent)
    figures, row = _told(world, interaction, batch)
    assert (figures.answered, figures.open, row.outcome, row.callback) == (0, 1, "", True)
    retry = world.now + timedelta(minutes=15)
    world.add(interaction, CallbackMissed, agent_id=agent, attempt=1, outcome="busy", retry_at=retry)
    world.now += timedelta(seconds=20)
    world.add(interaction, OfferAccepted, offer_id="offer-2", agent_id=agent)
    accepted = world.now
    world.now += timedelta(seconds=7)
    fields = {} if how is ContactAttached else {"agent_id": agent}
    fields |= {"contact_id": world.touch("customer-1", Channel.PHONE)} if how is ContactAttached else {}
    fields |= {"ended_by": "agent"} if how is InteractionEnded else {}
    world.add(interaction, how, **fields)
    figures, row = _told(world, interaction, batch)
    assert (figures.answered, figures.open, figures.asa_s, figures.callbacks_kept) == (1, 0, 30.0, 1)
    assert (row.outcome, row.accepted_at) == ("answered", accepted)


@pytest.mark.parametrize("batch", [1, 100])
def test_a_callback_nobody_ever_answered_expired(batch: int) -> None:
    world = World(random.Random(1))
    world.sign_on()
    (agent,) = world.agents
    interaction = world.queue("customer-1", world.touch("customer-1", Channel.PHONE), "sales", Channel.PHONE, "main")
    world.add(interaction, CallbackScheduled, due=None)
    world.add(interaction, OfferAccepted, offer_id="offer-1", agent_id=agent)
    world.add(interaction, CallbackMissed, agent_id=agent, attempt=1, outcome="busy", retry_at=None)
    world.add(interaction, InteractionExpired, reason="callback failed")
    figures, row = _told(world, interaction, batch)
    assert (figures.answered, figures.expired, figures.open, figures.callbacks_missed) == (0, 1, 0, 1)
    assert (row.outcome, row.phase) == ("expired", "expired")


def _told(world: World, interaction: str, batch: int) -> tuple[metrics.Figures, InteractionRow]:
    connection = project(world.log, batch)
    row = interaction_row(connection, interaction)
    assert row is not None
    figures = metrics.totals(connection)
    assert live(connection).unanswered == figures.open
    connection.close()
    return figures, row


def test_the_backlog_by_age_is_of_the_moment_asked_for() -> None:
    world = World(random.Random(1))
    for number, minutes in enumerate((0, 50, 58, 59)):
        world.now = START + timedelta(minutes=minutes)
        world.queue("customer-1", f"contact-{number}", "sales", Channel.PHONE, "main")
    connection = project(world.log)
    assert list(live(connection).backlog_by_age.values()) == [1, 1, 1, 1, 0]
    later = live(connection, as_of=START + timedelta(hours=1))
    assert list(later.backlog_by_age.values()) == [0, 2, 1, 0, 1]
    connection.close()


def test_two_chats_at_once_count_once() -> None:
    world = World(random.Random(1))
    world.sign_on()
    (agent,) = world.agents
    for contact in ("contact-1", "contact-2"):
        interaction = world.queue("customer-1", contact, "chat", Channel.WEB, "main")
        world.offer()
        world.accept(interaction)
    world.now += timedelta(seconds=100)
    world.add("interaction-contact-1", InteractionEnded, agent_id=agent, ended_by="agent")
    world.now += timedelta(seconds=20)
    world.add("interaction-contact-2", InteractionEnded, agent_id=agent, ended_by="agent")
    connection = project(world.log)
    [row] = agent_intervals(connection)
    assert (row.talk_s, row.wrap_up_s, row.signed_on_s, row.occupancy, row.concurrency_use) == (120, 0, 120, 1.0, 0.5)
    connection.close()


def test_recorded_calls_count_but_their_agents_were_never_signed_on() -> None:
    world = World(random.Random(5))
    for _ in range(20):
        world.past_call()
    connection = project(world.log)
    assert metrics.totals(connection).offered == 20
    rows = agent_intervals(connection)
    assert {(row.pool, row.occupancy, row.signed_on_s) for row in rows} == {("history", None, 0.0)}
    assert sum(row.handled for row in rows) == metrics.totals(connection).answered > 0
    assert sum(row.talk_s for row in rows) / sum(row.handled for row in rows) == metrics.totals(connection).aht_s
    assert agent_board(connection) == []
    connection.close()


def test_other_thresholds_or_intervals_rebuild_the_view() -> None:
    log = World(random.Random(2)).run(400)
    strict = {"bank": Threshold(0.0, 0.0)}
    connection = project(log)
    before = metrics.totals(connection, queue="bank")
    Runner(connection, all_projections(900, strict), log.read, log.decode).run()
    after = metrics.totals(connection, queue="bank")
    assert after.offered == before.offered
    assert after.answered_in_target < before.answered_in_target
    fresh = project(log, interval_seconds=900, thresholds=strict)
    assert metrics.queue_intervals(connection) == metrics.queue_intervals(fresh)
    connection.close()
    fresh.close()


@given(start=st.integers(-(10**6), 10**6), length=st.integers(0, 10**6), interval=st.integers(1000, 10**5))
def test_splitting_loses_nothing(start: int, length: int, interval: int) -> None:
    pieces = split(start, start + length, interval)
    assert sum(piece for _, piece in pieces) == length
    assert all(begin % interval == 0 and 0 < piece <= interval for begin, piece in pieces)


@pytest.mark.parametrize("batch", [1, 100])
def test_what_happens_counts_by_the_policy_published_before_it(batch: int) -> None:
    world = World(random.Random(1))
    world.sign_on()
    for number in (1, 2):
        interaction = world.queue("customer-1", f"contact-{number}", "sales", Channel.PHONE, "main")
        world.offer()
        world.now += timedelta(seconds=15)
        world.accept(interaction)
        world.finish()
        world.wrap_up()
        published = PolicyPublished(
            at=world.now, recorded_at=world.now, causation="p", actor="operator:o",
            kind="routing", version="v2", text="strict",
        )  # fmt: skip
        world.log.add(ROUTING, published)
    limits = {"strict": {"sales": Threshold(10.0, 0.0)}}

    connection = project(world.log, batch, thresholds={"sales": Threshold(20.0, 0.0)}, thresholds_of=limits.get)

    [row] = metrics.queue_intervals(connection)
    assert (row.figures.answered, row.figures.answered_in_target, row.target_s) == (2, 1, 10.0)
    connection.close()
