"""Starts what a hub does by itself as time goes by: standing, surveys, overdue cases, retention, presence, locks."""

import asyncio
from dataclasses import dataclass
from functools import partial

from hub.api.services import new_id
from hub.application.access.signed_in import SignedIn
from hub.application.agents.lock_watch import LockWatch
from hub.application.agents.presence import Limits, PresenceWatch
from hub.application.callbacks.callbacks import Callbacks
from hub.application.callbacks.gates import CallGates
from hub.application.cases.cases import CustomerCases
from hub.application.cases.overdue import OverdueCases
from hub.application.customers.standing import Standings
from hub.application.customers.standing_watch import StandingWatch
from hub.application.due_watch import DueWatch, Watched
from hub.application.privacy.retention import Retention
from hub.application.privacy.retention_elsewhere import elsewhere
from hub.application.privacy.retention_watch import RetentionWatch
from hub.application.satisfaction.watch import SatisfactionWatch
from hub.domain.agent.decide import is_locked
from hub.projections import callbacks_due
from hub.router.pool.owner import Pool
from hub.starting.ground import Ground
from hub.starting.intake import Intake

RETENTION_PAUSE_SECONDS = 0.05
"""Between two steps of taking out what is kept no longer: nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Watches:
    """Those of them that others ask."""

    cases: CustomerCases
    callbacks: Callbacks
    presence: PresenceWatch


async def start_watches(ground: Ground, intake: Intake, pool: Pool, signed_in: SignedIn) -> Watches:
    """Each goes on from where it was when the hub stopped."""
    await _start_standing(ground)
    await _start_surveys(ground, intake)
    cases = await _start_overdue(ground)
    _start_retention(ground, intake)
    _start_locks(ground, pool, signed_in)
    callbacks = await _start_callbacks(ground, intake, pool)
    return Watches(cases, callbacks, _start_presence(ground, pool))


async def _start_standing(ground: Ground) -> None:
    """Where customers stand follows what happens to them, the time, and the path policy."""
    standings = Standings(ground.journal, ground.clock)
    file = ground.settings.data_dir / "standing.json"
    watch = StandingWatch(standings, ground.path_policies, ground.clock, ground.views, file)
    after = await watch.start(await ground.journal.head())
    ground.work.parts.callback(watch.keep)
    ground.follow(after, watch.follow)
    ground.work.spawn(watch.run(), "standing")


async def _start_surveys(ground: Ground, intake: Intake) -> None:
    """Customers are asked how it was, as the path policy says."""
    file = ground.settings.data_dir / "surveys.json"
    watch = SatisfactionWatch(intake.satisfaction, ground.path_policies, ground.clock, file)
    after = await watch.start(await ground.journal.head())
    ground.work.parts.callback(watch.keep)
    ground.follow(after, watch.follow)
    ground.work.spawn(watch.run(), "surveys")


async def _start_overdue(ground: Ground) -> CustomerCases:
    """Cases whose time is over are said to be overdue."""
    cases = CustomerCases(ground.journal, ground.clock)
    overdue = OverdueCases(cases, ground.views, ground.clock)
    ground.follow(await ground.journal.head(), overdue.follow)
    ground.work.spawn(overdue.run(), "overdue cases")
    return cases


async def _start_callbacks(ground: Ground, intake: Intake, pool: Pool) -> Callbacks:
    """Calls that agents promised are work when their time has come."""
    gates = CallGates(intake.consents, ground.path_policies, lambda: pool.policy)
    callbacks = Callbacks(ground.journal, ground.clock, ground.key, gates, ground.views, ground.spell)
    open_due = partial(callbacks.due, execute=pool.execute)
    watched = Watched("promised calls", callbacks_due.PROJECTION.name, callbacks_due.due_at, open_due)
    watch = DueWatch(watched, ground.clock, ground.views)
    ground.follow(await ground.journal.head(), watch.follow)
    ground.work.spawn(watch.run(), "promised calls")
    return callbacks


def _start_retention(ground: Ground, intake: Intake) -> None:
    """What the path policy says is kept no longer goes, a little at a time."""
    imports = ground.settings.data_dir / "imports"
    others = elsewhere(ground.journal, ground.clock, intake.forgetting, ground.views, imports, intake.rejected)
    pause = partial(asyncio.sleep, RETENTION_PAUSE_SECONDS)
    retention = Retention(ground.journal, ground.clock, ground.path_policies, others, pause)
    ground.work.spawn(RetentionWatch(retention, ground.clock).run(), "retention")


def _start_presence(ground: Ground, pool: Pool) -> PresenceWatch:
    """Who is at their desk: heard of from the API, told to the pool."""

    def limits() -> Limits:
        rules = pool.policy.agents
        return Limits(rules.heartbeat_seconds, rules.grace_seconds)

    file = ground.settings.data_dir / "presence.json"
    presence = PresenceWatch(pool, ground.clock, limits, new_id, file)
    ground.follow(ground.since, presence.follow)
    ground.work.spawn(presence.run(), "presence")
    return presence


def _start_locks(ground: Ground, pool: Pool, signed_in: SignedIn) -> None:
    """Who locks their screens gets no work: heard of from the log, told to the pool."""
    locks = LockWatch(pool, ground.clock, signed_in, new_id)
    locks.start([one.id for one in pool.state.agents.values() if is_locked(one.state)])
    ground.follow(ground.since, locks.follow)
    ground.work.spawn(locks.run(), "locks")
