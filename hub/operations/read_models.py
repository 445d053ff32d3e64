"""The read models: the process that keeps them current, how far they are, and making one anew."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

from hub.domain.errors import HubError, NotFoundError
from hub.journal.glance import log_head
from hub.journal.lock import hold_store
from hub.journal.store import open_store
from hub.logs import configure
from hub.projections.metrics_fold import Threshold
from hub.projections.open_work import Keep
from hub.projections.process import serve
from hub.projections.projection import Projection
from hub.projections.registry import all_projections
from hub.projections.runner import Runner, positions_of
from hub.projections.views import open_for_writing, open_views
from hub.router.policy.parsing import Policy, PolicyError, load_policy, parse_policy
from hub.settings import Settings

T = TypeVar("T")

log = logging.getLogger(__name__)


class ViewsFileError(HubError):
    """The read models' file can't be read."""


def run_projector(settings: Settings) -> None:
    """The projector child's whole life."""
    configure(settings)
    store = open_store(settings)
    try:
        codec, views = store.codec, _projections(settings)
        serve(store.read_stored, codec.decode_veiled, settings.views_path, views, glance=codec.glance)
    finally:
        store.close()


def _projections(settings: Settings) -> list[Projection]:
    """The read models with the intervals of the settings, and the targets of the policies in the log."""
    policy = load_policy(settings.policy)
    return all_projections(
        settings.metrics_interval_seconds,
        _thresholds(policy),
        keep=_keep(policy),
        keep_of=_of_policy(_keep),
        thresholds_of=_of_policy(_thresholds),
    )


def _thresholds(policy: Policy) -> dict[str, Threshold]:
    """What counts as in time, by queue."""
    return {
        name: Threshold(queue.service_level.seconds, queue.short_abandon_seconds, queue.service_level.variant.value)
        for name, queue in policy.queues.items()
    }


def _keep(policy: Policy) -> Keep:
    """How long what is over may come back."""
    return Keep(
        reopen={name: channel.reopen_within_days * 86_400 for name, channel in policy.channels.items()},
        reentry={name: queue.reentry_seconds for name, queue in policy.queues.items()},
    )


def _of_policy(what: Callable[[Policy], T]) -> Callable[[str], T | None]:
    """The same of a policy's text; None where this version of the hub can't read it."""

    def of_text(text: str) -> T | None:
        try:
            return what(parse_policy(text))
        except PolicyError:
            log.exception("a policy in the log can't be read: figures go on by the one before")
            return None

    return of_text


def projection_positions(settings: Settings) -> dict[str, Any]:
    """How far each read model is, and the log. Changes nothing. NotFoundError: there are none yet;
    ViewsFileError: they can't be read."""
    if not settings.views_path.exists():
        raise NotFoundError(f"there are no read models in {settings.data_dir} yet: they are made at the first start")
    try:
        with closing(open_views(settings.views_path)) as views:
            return {**positions_of(views), "log": log_head(settings)}
    except sqlite3.Error as error:
        file = settings.views_path
        raise ViewsFileError(f"{file}: {error}; stop the hub, remove the file, start: it is made anew") from error


def rebuild_projection(settings: Settings, name: str, on_position: Callable[[int, int], None] | None = None) -> int:
    """Make a read model anew from the log; the position it shows then. `on_position` hears now and then how far it is,
    and how far it is to go. StoreInUseError while a hub runs here."""
    # The data directory is this process's alone either way; another hub on the same database has views of its own.
    with (
        hold_store(settings, "hub projections rebuild", alone=False),
        closing(open_store(settings)) as store,
        closing(open_for_writing(settings.views_path)) as views,
    ):
        codec, projections = store.codec, _projections(settings)
        runner = Runner(views, projections, store.read_stored, codec.decode_veiled, glance=codec.glance)
        return runner.rebuild(name, on_position)
