"""Looks at an installation as an experienced operator would, and says what to do."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from hub.clock import WallClock
from hub.doctor import machine, parts, store
from hub.doctor.check import Check, problem
from hub.journal.lock import running_hub
from hub.settings import Settings, SettingsError, load

_COLOURS = {"ok": "32", "warning": "33", "problem": "31"}


def run_checks(settings: Settings) -> list[Check]:
    """Every check, in the order in which a problem explains the next. Changes nothing but for a file that is written
    and removed in the data directory; safe while a hub runs."""
    hub = running_hub(settings)
    looks: list[Callable[[], Check | Iterable[Check]]] = [
        machine.python_and_platform,
        lambda: machine.data_directory(settings),
        lambda: machine.privacy(settings),
        lambda: machine.disk_space(settings),
        lambda: machine.clock(WallClock().now),
        lambda: store.installation_key(settings),
        lambda: store.event_store(settings, hub),
        lambda: store.store_clock(settings, WallClock().now),
        lambda: parts.policy(settings),
        lambda: store.read_models(settings, running=hub is not None),
        lambda: asyncio.run(parts.bus(settings, hub)),
        lambda: parts.api(settings, hub),
    ]
    found: list[Check] = []
    for look in looks:
        seen = look()
        found += [seen] if isinstance(seen, Check) else seen
    return found


def diagnose(environ: Mapping[str, str] = os.environ, file: Path | None = None) -> list[Check]:
    """The checks of the settings that are in force here, those of the settings themselves first."""
    try:
        settings = load(environ, file)
    except SettingsError as error:
        return [problem("settings", str(error), "correct the file or the variable named, then run this again")]
    return [machine.settings_in_force(settings, environ, file), *run_checks(settings)]


def report(*, as_json: bool) -> int:
    """Print what was found; 0 if there is no problem, else 1."""
    checks = diagnose()
    healthy = all(check.ok for check in checks)
    if as_json:
        print(json.dumps({"ok": healthy, "checks": [check._asdict() for check in checks]}))
    else:
        print("\n".join(lines(checks, colour=sys.stdout.isatty())))
    return 0 if healthy else 1


def lines(checks: Iterable[Check], *, colour: bool = False) -> Iterable[str]:
    """The report for people."""
    for check in checks:
        sign = f"{check.sign:>7}"
        if colour:
            sign = f"\x1b[{_COLOURS[check.sign]}m{sign}\x1b[0m"
        yield f"{sign}  {check.name}: {check.what}"
        if check.advice:
            yield f"         -> {check.advice}"
