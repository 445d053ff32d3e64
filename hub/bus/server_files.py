"""What the hub's own NATS server keeps in its directory: its address, its password, its key, its configuration."""

import hashlib
import os
import secrets
from pathlib import Path

from hub.bus.connection import BusError
from hub.bus.listening import HOST

MAX_PAYLOAD = 1024 * 1024
"""Bytes of one message with its headers: NATS' own default, so that any other server takes the same."""
_CONFIG = """\
# Written by the hub at every start: changes are lost.
server_name: {name}
listen: "{host}:{port}"
max_payload: {max_payload}
{users}logfile: "{log}"
logfile_size_limit: 10485760
logfile_max_num: 2
jetstream {{
  store_dir: "{store}"
  cipher: aes
  key: ${key_variable}
{sync}}}
"""
KEY_VARIABLE = "HUB_JETSTREAM_KEY"


class ServerFiles:
    """In `directory`, the key of what JetStream keeps in `key_file`."""

    def __init__(self, directory: Path, key_file: Path) -> None:
        self.directory = directory
        self._key_file = key_file

    def token(self) -> str:
        """The hub's own password; the same for ever."""
        token = self.kept("token") or secrets.token_hex(24)
        self.keep("token", token)
        return token

    def key(self) -> str:
        """The key of what JetStream keeps; made where there is none, and on disk before anything is written with it."""
        file = self._key_file
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(file, secrets.token_hex(32) + "\n")
        key = file.read_text().strip()
        mark = hashlib.sha256(key.encode()).hexdigest()[:16]
        if self.kept("key-mark") not in ("", mark):
            raise BusError(
                f"{self.directory} was written with another key than {file}: restore that from the backup, or remove "
                "the directory: senders repeat what was not confirmed, rejected contacts in there are lost"
            )
        self.keep("key-mark", mark)
        return key

    def configuration(self, name: str, port: int, users: str, *, sync_always: bool) -> Path:
        """Written for a server of this name on this port."""
        text = _CONFIG.format(
            name=name,
            host=HOST,
            port=port,
            max_payload=MAX_PAYLOAD,
            users=users,
            log=_quoted(self.directory / "nats-server.log"),
            store=_quoted(self.directory),
            key_variable=KEY_VARIABLE,
            sync="  sync_interval: always\n" if sync_always else "",
        )
        return self.keep("nats-server.conf", text)

    def kept(self, name: str) -> str:
        """What a file holds; empty: it is not there."""
        file = self.directory / name
        return file.read_text().strip() if file.exists() else ""

    def keep(self, name: str, text: str) -> Path:
        """Write a file only its owner may read, whole or not at all."""
        file = self.directory / name
        write_private(file, text)
        return file

    def last_words(self, seen: int) -> str:
        """What the server wrote last: to its error output, and to its log from this byte on."""
        return _tail(self.directory / "nats-server.err") + _tail(self.directory / "nats-server.log", seen)


def write_private(file: Path, text: str) -> None:
    """Write a file only its owner may read, whole or not at all, on disk when this returns."""
    draft = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _tail(file: Path, start: int = 0) -> str:
    if not file.exists():
        return ""
    lines = file.read_bytes()[start:].decode(errors="replace").splitlines()
    return "".join(f"  {line}\n" for line in lines[-3:])
