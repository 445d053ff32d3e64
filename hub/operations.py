"""What operators ask for beside a hub, running or not: import, keys, rejected contacts, read models."""

import asyncio
import logging
import re
import secrets
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from hub.app import PROJECTOR
from hub.application import history
from hub.application.access import AccessKeys
from hub.application.history import ImportTotals
from hub.application.imports.records import RecordTotals, import_records
from hub.application.policies import Policies, load_staff, usable
from hub.bus.connection import connect
from hub.bus.rejected import RejectedContacts
from hub.bus.server import bus_server
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.errors import HubError, NotFoundError
from hub.journal.glance import log_head
from hub.journal.journal import EventJournal
from hub.journal.lock import hold_store, running_hub
from hub.journal.store import open_store
from hub.logs import configure
from hub.policies.findings import Finding, Severity
from hub.policies.reading import text_of
from hub.projections.metrics_fold import Threshold
from hub.projections.open_work import Keep
from hub.projections.process import serve
from hub.projections.projection import Projection
from hub.projections.registry import all_projections
from hub.projections.runner import Runner, positions_of
from hub.projections.views import open_for_writing, open_views
from hub.router.policy.checker import check_text, explain_order
from hub.router.policy.diff import PolicyDiff, diff
from hub.router.policy.parsing import Policy, PolicyError, load_policy, parse_policy
from hub.settings import Settings

T = TypeVar("T")

log = logging.getLogger(__name__)


class ViewsFileError(HubError):
    """The read models' file can't be read."""


def import_file(
    settings: Settings, kind: str, file: Path, mapping_file: Path, on_bytes: Callable[[int], None] | None = None
) -> ImportTotals | RecordTotals:
    """Take in a recorded call log as history (`calls`), or records of one of KINDS. The store is this process's alone
    meanwhile."""
    clock = WallClock(settings.clock_start, settings.clock_speed)
    if kind == "calls":
        return history.import_calls(settings, file, mapping_file, clock=clock, projector=PROJECTOR, on_bytes=on_bytes)
    return import_records(settings, kind, file, mapping_file, clock=clock, projector=PROJECTOR, on_bytes=on_bytes)


def run_projector(settings: Settings) -> None:
    """The projector child's whole life."""
    configure(settings)
    store = open_store(settings)
    try:
        serve(store.read_stored, store.codec.decode_veiled, settings.views_path, _projections(settings))
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


def rebuild_projection(settings: Settings, name: str) -> int:
    """Make a read model anew from the log; the position it shows then. StoreInUseError while a hub runs here."""
    # The data directory is this process's alone either way; another hub on the same database has views of its own.
    with (
        hold_store(settings, "hub projections rebuild", alone=False),
        closing(open_store(settings)) as store,
        closing(open_for_writing(settings.views_path)) as views,
    ):
        return Runner(views, _projections(settings), store.read_stored, store.codec.decode_veiled).rebuild(name)


def issue_key(settings: Settings, role: Role, name: str, agent_id: str) -> dict[str, Any]:
    """A new API key: `key_id` and, this once, its `token`."""
    return asdict(_with_keys(settings, lambda keys: keys.issue(role, name, agent_id)))


def list_keys(settings: Settings) -> list[dict[str, Any]]:
    """Every key that was ever made, without its hash."""
    found = _with_keys(settings, lambda keys: keys.list())
    return [{name: value for name, value in asdict(key).items() if name != "sha256"} for key in found]


def revoke_key(settings: Settings, key_id: str) -> None:
    """A key is good no longer."""
    _with_keys(settings, lambda keys: keys.revoke(key_id))


def _with_keys(settings: Settings, ask: Callable[[AccessKeys], Awaitable[T]]) -> T:
    return with_journal(settings, lambda journal, clock: ask(AccessKeys(journal, clock)))


def with_journal(settings: Settings, ask: Callable[[EventJournal, WallClock], Awaitable[T]]) -> T:
    """On the store, whether a hub runs on it or not."""

    async def run() -> T:
        journal = EventJournal(open_store(settings))
        try:
            return await ask(journal, WallClock(settings.clock_start, settings.clock_speed))
        finally:
            await journal.close()

    return asyncio.run(run())


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """What the checker says of a policy; `order`: its rules in the order in which they win, empty if it is none."""

    version: str
    findings: list[Finding]
    order: str

    @property
    def ok(self) -> bool:
        """Whether it can be used."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    @property
    def verdict(self) -> str:
        """In one line."""
        counted = Counter(finding.severity.value for finding in self.findings)
        numbers = ", ".join(f"{counted[one.value]} {one.value}{'s' * (counted[one.value] != 1)}" for one in Severity)
        return f"version {self.version}, {numbers}" if self.ok else f"can't be used: {numbers}"

    def as_json(self) -> dict[str, Any]:
        """By name."""
        findings = [finding.as_json() for finding in self.findings]
        return {"ok": self.ok, "version": self.version, "findings": findings, "order": self.order}


def check_policy(file: Path, staff_file: Path | None = None) -> CheckedPolicy:
    """Everything there is to say about a policy file. Raises PolicyError where a file can't be read."""
    text = text_of(file)
    staff = load_staff(staff_file) if staff_file else ()
    try:
        findings = check_text(text, str(file), staff, WallClock().now().date())
    except PolicyError as error:
        return CheckedPolicy("", [not_toml(error)], "")
    try:
        policy = parse_policy(text, str(file))
    except PolicyError:
        return CheckedPolicy("", findings, "")
    return CheckedPolicy(policy.version, findings, explain_order(policy))


def publish_policy(settings: Settings, file: Path, note: str, *, waiting: bool, expected: str) -> dict[str, Any]:
    """Put a policy in force; `published` False: it was already. Raises PolicyError naming every mistake."""
    text = text_of(file)
    version = usable(text, str(file)).version

    async def publish(policies: Policies) -> bool:
        command_id = secrets.token_hex(16)
        return bool(
            await policies.publish(
                text, note, waiting, actor="operator:cli", command_id=command_id, expected_version=expected
            )
        )

    return {"version": version, "published": _with_policies(settings, publish)}


def policy_history(settings: Settings) -> list[dict[str, Any]]:
    """Every policy that was published, oldest first, without its text."""
    left_out = ("text", "stream_version")
    found = _with_policies(settings, lambda policies: policies.history())
    return [{name: value for name, value in asdict(one).items() if name not in left_out} for one in found]


def policy_text(settings: Settings, version: str | None) -> dict[str, Any]:
    """A version and its text; None: the one in force. Raises NotFoundError."""
    found = _with_policies(settings, lambda policies: policies.version(version) if version else policies.in_force())
    return {"version": found.version, "text": found.text}


def diff_policies(settings: Settings, new: Path, old: Path | None) -> PolicyDiff:
    """What the one file would change of the other; None: of the policy in force."""
    if old is not None:
        return diff(load_policy(old), load_policy(new))
    in_force = _with_policies(settings, lambda policies: policies.in_force())
    return diff(parse_policy(in_force.text), load_policy(new))


def not_toml(error: PolicyError) -> Finding:
    """As the parser says it: `... (at line 3, column 5)`."""
    at = re.search(r"at line (\d+)", str(error))
    return Finding(int(at[1]) if at else 1, Severity.ERROR, "file", str(error).partition(": ")[2] or str(error))


def _with_policies(settings: Settings, ask: Callable[[Policies], Awaitable[T]]) -> T:
    starting = load_policy(settings.policy)
    return with_journal(settings, lambda journal, clock: ask(Policies(journal, clock, starting)))


def list_rejected(settings: Settings, limit: int) -> list[dict[str, Any]]:
    """Messages that were set aside, oldest first, the raw bytes as text."""
    found = _with_rejected(settings, lambda rejected: rejected.list(limit))
    return [{**asdict(one), "body": one.body.decode(errors="backslashreplace")} for one in found]


def retry_rejected(settings: Settings, sequences: tuple[int, ...] | None) -> int:
    """Put these back, or all (None); how many."""

    async def retry(rejected: RejectedContacts) -> int:
        if sequences is None:
            return await rejected.retry("all")
        return sum([await rejected.retry(sequence) for sequence in sequences])

    return _with_rejected(settings, retry)


def _with_rejected(settings: Settings, ask: Callable[[RejectedContacts], Awaitable[T]]) -> T:
    """On the running hub's bus; where none runs, on its own for the moment."""

    async def run() -> T:
        hub = running_hub(settings)
        url = settings.nats_url or (hub.nats_url if hub else "")
        async with bus_server(url, settings.data_dir / "nats") as address:
            bus = await connect(address, "hub rejected")
            try:
                return await ask(RejectedContacts(bus, replicas=settings.nats_replicas))
            finally:
                await bus.close()

    return asyncio.run(run())
