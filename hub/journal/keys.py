"""The installation's key: what customer and interaction ids are derived with, made once, kept for ever."""

import os
import re
import secrets
from pathlib import Path

from hub.journal.errors import KeyFileError
from hub.journal.glance import holds_more_than_keys
from hub.settings import Settings

_HEX = re.compile(r"[0-9a-fA-F]{64}")


def installation_key(settings: Settings) -> bytes:
    """32 bytes: the setting, else the file in the data directory, which is made where there is none and on disk
    before it is returned. Back it up with the store: without it no caller is recognised again, so none is made beside
    a store that was written with one (KeyFileError)."""
    if settings.installation_key:
        return _parse(settings.installation_key, "HUB_INSTALLATION_KEY")
    file = key_file(settings)
    try:
        if not file.exists():
            if key_is_lost(settings):
                raise KeyFileError(
                    f"the installation key {file} is missing, but the event store was written with one: restore it "
                    "from the backup, or set HUB_INSTALLATION_KEY; with another key no customer would be found again"
                )
            _make(file)
        return _parse(file.read_text(encoding="ascii", errors="replace"), str(file))
    except OSError as error:
        raise KeyFileError(f"installation key {file}: {error.strerror}") from error


def key_is_lost(settings: Settings) -> bool:
    """Whether there is no key, yet a store whose ids were derived with one. StoreError: the store can't be read."""
    return not settings.installation_key and not key_file(settings).exists() and holds_more_than_keys(settings)


def key_file(settings: Settings) -> Path:
    """Where the key is kept when it is no setting."""
    return settings.data_dir / "keys" / "installation.key"


def private_key(file: Path) -> bytes:
    """32 bytes that are kept in this file, made where there is none and on disk before they are returned."""
    try:
        if not file.exists():
            _make(file)
        return _parse(file.read_text(encoding="ascii", errors="replace"), str(file))
    except OSError as error:
        raise KeyFileError(f"key {file}: {error.strerror}") from error


def _parse(text: str, place: str) -> bytes:
    if not _HEX.fullmatch(text.strip()):
        raise KeyFileError(f"{place}: the key is not 64 hex digits; restore it from the backup")
    return bytes.fromhex(text.strip())


def _make(file: Path) -> None:
    """Written whole beside its place, then linked there: of several processes at once the first one's key stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_hex(32) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
        _flush(file.parent)
        _flush(file.parent.parent)
    finally:
        draft.unlink()


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
