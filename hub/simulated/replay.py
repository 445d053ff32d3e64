"""`hub replay`: plays a recorded call log through a hub of its own, wire and all, and compares what happens."""

import itertools
import tempfile
import time as stopwatch
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import orjson
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hub.calls.mapping import Mapping, load_mapping
from hub.calls.reading import read_calls
from hub.calls.recorded_call import RecordedCall
from hub.calls.statistics import Span, fact_of, recorded_spans, statistics
from hub.domain.errors import HubError
from hub.logs import configure
from hub.router.policy.parsing import load_policy
from hub.settings import Settings
from hub.simulated.agents import SimulatedAgents
from hub.simulated.behaviour import codes_of
from hub.simulated.client import HubClient
from hub.simulated.errands import first_of
from hub.simulated.hub_time import read_clock
from hub.simulated.player import Player
from hub.simulated.process import HubProcess, create_key
from hub.simulated.recorded_absence import absence
from hub.simulated.replay_result import ReplayTotals, comparison, replayed
from hub.simulated.replay_script import RecordedBehaviour
from hub.simulated.schedule import Schedule, chosen, schedule
from hub.simulated.stored import stored_events
from hub.simulated.wire import connect_wire
from hub.tables.rows import Skipped

_LEAD_SECONDS = (5.0, 20.0, 60.0)
"""Of the wall's time, for the hub to start before the first call: one try each."""
_LATE_SECONDS = 0.25
_CLOCK = "replay-clock"
"""An agent who only serves to learn the hub's time."""


class ReplayError(HubError):
    """There is nothing to play, or the hub did not live through it."""


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What the command line asks for. Times of day are the record's own."""

    calls: Path
    mapping: Path
    day: date | None = None
    start: time | None = None
    end: time | None = None
    speed: float = 1.0
    agents: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of the file, and the calls among them that are to be played."""

    rows: int
    skipped: int
    rejected: int
    calls: list[RecordedCall]


def run_replay(settings: Settings, plan: ReplayPlan, *, as_json: bool) -> int:
    """Play, compare, print. 0 only if everything reconciles and nothing was lost or done twice."""
    mapping = load_mapping(plan.mapping)
    selection = select(plan, mapping)
    if not selection.calls:
        raise ReplayError(f"{plan.calls}: none of its {selection.rows} rows is a call of the time asked for")
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="hub-replay-", ignore_cleanup_errors=True) as folder:
        own = own_settings(settings, mapping, Path(folder))
        with (own.data_dir / "replay.log").open("a") as log:
            configure(own, log)
            totals = uvloop.run(_replay(own, plan, mapping, selection, console, quiet=as_json))
    if as_json:
        print(orjson.dumps(totals.as_json()).decode())
    else:
        _print(totals)
        away = absence(selection.calls, _recorded_spans(selection, mapping))
        if away.while_somebody_was_free:
            Console().print(str(away), highlight=False)
    for finding in totals.audit.findings:
        console.print(f"hub: {finding}", style="red")
    return 0 if totals.ok else 1


def own_settings(settings: Settings, mapping: Mapping, folder: Path) -> Settings:
    """A hub of the replay's own: whatever store and bus the user's settings name are left alone."""
    return Settings(
        data_dir=folder,
        api_port=0,
        policy=mapping.replay.policy or settings.policy,
        log_level="warning",
        metrics_interval_seconds=settings.metrics_interval_seconds,
    )


def select(plan: ReplayPlan, mapping: Mapping) -> Selection:
    """Read the file. Rows of other days and hours count as skipped; an id that comes again as rejected."""
    rows = skipped = rejected = 0
    calls: dict[str, RecordedCall] = {}
    for row in read_calls(plan.calls, mapping):
        rows += 1
        if isinstance(row, Skipped) or (
            isinstance(row, RecordedCall) and not chosen(row, mapping.zone, plan.day, plan.start, plan.end)
        ):
            skipped += 1
        elif not isinstance(row, RecordedCall) or row.contact_id in calls:
            rejected += 1
        else:
            calls[row.contact_id] = row
    return Selection(rows, skipped, rejected, sorted(calls.values(), key=lambda call: call.queued_at))


def _recorded_spans(selection: Selection, mapping: Mapping) -> list[Span]:
    unknown = mapping.agent.unknown if mapping.agent else "unknown"
    return recorded_spans(selection.calls, mapping.zone, unknown=unknown)


async def _replay(
    settings: Settings, plan: ReplayPlan, mapping: Mapping, selection: Selection, console: Console, *, quiet: bool
) -> ReplayTotals:
    spans = _recorded_spans(selection, mapping)
    planned = schedule(selection.calls, spans, skills=mapping.replay.agent_skills, agents=plan.agents)
    began = stopwatch.perf_counter()
    with _progress(console, len(planned.calls), hidden=quiet) as on_progress:
        used, late_s = await _play(settings, planned, plan.speed, on_progress)
    seconds = stopwatch.perf_counter() - began
    if late_s > _LATE_SECONDS:
        console.print(
            f"hub: this machine was up to {late_s:.1f} s late, {late_s * plan.speed:.0f} s of the record: "
            "a lower --speed comes nearer to it",
            style="yellow",
        )
    outcome = replayed(stored_events(used), not_agents=frozenset((_CLOCK,)))
    return ReplayTotals(
        rows=selection.rows,
        skipped=selection.skipped,
        rejected=selection.rejected,
        audit=outcome.audit,
        expected=len(planned.calls),
        seconds=seconds,
        recorded=statistics(map(fact_of, selection.calls), spans),
        replayed=statistics(outcome.facts, outcome.spans),
    )


async def _play(
    settings: Settings, planned: Schedule, speed: float, on_progress: Callable[[int], None]
) -> tuple[Settings, float]:
    """Play on a fresh hub; the settings of its store, and how late anything was. A machine so slow that the hub is not
    up at the first call's moment gets more time in another try."""
    codes = codes_of(load_policy(settings.policy))
    for lead in _LEAD_SECONDS:
        folder = settings.data_dir / f"{lead:.0f}"
        start = planned.begin - timedelta(seconds=lead * speed)
        own = settings.model_copy(update={"data_dir": folder, "clock_start": start, "clock_speed": speed})
        folder.mkdir(parents=True)
        token = await create_key(own, "supervisor", "replay")
        hub = HubProcess(own)
        try:
            address = await hub.start()
            async with HubClient(hub.api_url, token) as client, connect_wire(address.nats_url, "replay") as wire:
                hub_time = await read_clock(_asking(client), speed)
                await client.command("POST", f"/v1/agents/{_CLOCK}/sign-off", {"reason": "clock read"})
                if hub_time.now() < planned.begin:
                    behaviour = RecordedBehaviour(planned.calls, hub_time.now, speed, codes)
                    player = Player(planned, behaviour, wire, hub_time, on_progress)
                    await _direct(player, behaviour, hub, client, planned)
                    return hub.settings, player.late_s
        finally:
            await hub.stop()
    raise ReplayError(f"the hub takes longer than {_LEAD_SECONDS[-1]:.0f} s to start: is the machine overloaded?")


async def _direct(
    player: Player, behaviour: RecordedBehaviour, hub: HubProcess, client: HubClient, planned: Schedule
) -> None:
    profiles = list({shift.agent.id: shift.agent for shift in planned.shifts}.values())
    agents = SimulatedAgents(client, profiles, behaviour, speed=player.speed, on_change=player.saw)

    async def play() -> None:
        await agents.ready()
        await player.play(agents)

    async def hub_dies() -> None:
        raise ReplayError(f"the hub died during the replay, code {await hub.ended()}: play it again")

    await first_of(play(), agents.run(), hub_dies())


def _asking(client: HubClient) -> Callable[[], Awaitable[datetime]]:
    """Learns the hub's time from the event of an agent who signs on, each time under another name, with no capacity
    for any call."""
    names = itertools.count(1)

    async def ask() -> datetime:
        body = {"name": f"clock {next(names)}", "skills": {}, "languages": [], "capacity": 1}
        answer = await client.command("POST", f"/v1/agents/{_CLOCK}/sign-on", body)
        if answer.status != 200:
            raise ReplayError(f"the hub does not tell its time: {answer.status} {answer.body}")
        return datetime.fromisoformat(answer.body["events"][0]["event"]["at"])

    return ask


@contextmanager
def _progress(console: Console, calls: int, *, hidden: bool) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("calls ended"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=hidden) as bar:
        task = bar.add_task("", total=calls)
        yield lambda done: bar.update(task, completed=done)


def _print(totals: ReplayTotals) -> None:
    console = Console()
    console.print(comparison(totals))
    told = totals.as_json()
    names = [name for name in told if name not in ("recorded", "replayed")]
    console.print(", ".join(f"{name.replace('_', ' ')} {told[name]}" for name in names), highlight=False)
