"""The machine below the hub: settings, directories, disk, time."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from hub.doctor.check import Check, good, problem, warning
from hub.settings import PREFIX, Settings

LITTLE_SPACE = 1024**3
NO_SPACE = 100 * 1024**2
NETWORK_FILE_SYSTEMS = frozenset(("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs", "fuse.s3fs"))
FIRST_YEAR = 2025
"""A clock that shows an earlier year was never set."""
_SAMPLES = 200
_OTHERS = 0o077


def settings_in_force(settings: Settings, environ: Mapping[str, str], file: Path | None = None) -> Check:
    """Which settings differ from the defaults, and where they come from. Secrets are not shown."""
    given = file or Path(environ.get("HUB_CONFIG", "hub.toml"))
    source = f"{given} and the environment" if given.is_file() else "the environment"
    changed = sorted(settings.model_dump(exclude_defaults=True))
    named = ", ".join(
        f"{name} ({PREFIX}{name.upper()})" if PREFIX + name.upper() in environ else name for name in changed
    )
    return good("settings", f"from {source}: {named}" if changed else "all at their defaults")


def python_and_platform() -> Check:
    """Linux is what the hub's children are made for: they end with it even when it is killed."""
    what = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
    if not sys.platform.startswith("linux"):
        return problem("platform", what, "run the hub on Linux, or in its container")
    return good("platform", what)


def data_directory(settings: Settings, mounts: Callable[[], str] = lambda: Path("/proc/mounts").read_text()) -> Check:
    """It can be written, and lies on a disk of this machine: SQLite's locks can't be trusted on a network."""
    directory = settings.data_dir.absolute()
    existing = _existing(directory)
    try:
        with tempfile.NamedTemporaryFile(dir=existing, prefix=".doctor-") as probe:
            probe.write(b"written by hub doctor")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return problem(
            "data directory",
            f"{existing} can't be written: {error.strerror}",
            f"give user {os.geteuid()} the right to write there, or set HUB_DATA_DIR to another directory",
        )
    kind = file_system(existing.resolve(), mounts())
    if kind in NETWORK_FILE_SYSTEMS:
        advice = "set HUB_DATA_DIR to a directory on a local disk, or use PostgreSQL (HUB_STORE_URL)"
        return problem("data directory", f"{directory} is on a network file system ({kind})", advice)
    made = "" if directory.exists() else ", will be made at the first start"
    return good("data directory", f"{directory} can be written ({kind or 'unknown file system'}{made})")


def privacy(settings: Settings) -> Check:
    """Nobody but the hub's user comes at what customers said and who they are."""
    directory = settings.data_dir.absolute()
    if not directory.exists():
        return good("privacy", "the data directory will be made for this user alone")
    if not directory.stat().st_mode & _OTHERS:
        return good("privacy", f"{directory} is closed to other users")
    kept = (directory, settings.sqlite_path.parent, settings.sqlite_path, settings.views_path)
    open_ones = [(path, path.stat().st_mode & 0o777) for path in kept if path.exists()]
    named = ", ".join(f"{path} has mode {mode:o}" for path, mode in open_ones if mode & _OTHERS)
    return warning("privacy", f"other users of this machine come at customers' data: {named}", f"chmod 700 {directory}")


def disk_space(settings: Settings, usage: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Check:
    """A thousand contacts take about 3 MB."""
    free = usage(_existing(settings.data_dir.absolute()))
    what = f"{free / 1024**3:.1f} GB free"
    if free < NO_SPACE:
        return problem("disk", what, "free some space: the hub stops taking contacts when the disk is full")
    if free < LITTLE_SPACE:
        return warning("disk", what, "free some space soon: a thousand contacts take about 3 MB")
    return good("disk", what)


def clock(now: Callable[[], datetime]) -> Check:
    """Set, and going forward."""
    first = moment = now()
    if first.year < FIRST_YEAR:
        return problem("clock", f"it shows {first:%Y-%m-%d %H:%M}", "set the machine's clock, best by NTP")
    for _ in range(_SAMPLES):
        following = now()
        if following < moment - timedelta(milliseconds=1):
            step = (moment - following).total_seconds()
            return problem("clock", f"it went back by {step:.3f} s while it was watched", "let NTP slew, not step")
        moment = following
    return good("clock", f"{first:%Y-%m-%d %H:%M:%S} UTC")


def file_system(path: Path, mounts: str) -> str:
    """The type of the file system a path lies on, by the text of /proc/mounts; empty if it is not known."""
    found, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if path.is_relative_to(point) and len(point) >= len(found):
            found, kind = point, fields[2]
    return kind


def _existing(directory: Path) -> Path:
    while not directory.exists():
        directory = directory.parent
    return directory
