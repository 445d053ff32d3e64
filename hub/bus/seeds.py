"""The secret keys that adapters prove themselves with on the bus: one file each, for its owner alone."""

import os
from pathlib import Path

import nkeys  # type: ignore[import-untyped]

from hub.bus.connection import BusError
from hub.bus.server_files import write_private


class Seeds:
    """The files NAME.nk of a directory, `keys/bus` in the data directory. An adapter elsewhere gets a copy of its
    own, or is `given` its key."""

    def __init__(self, directory: Path, given: str = "") -> None:
        self._directory = directory
        self._given = given.strip()

    def file(self, name: str) -> Path:
        """Where the key of an adapter is."""
        return self._directory / f"{name}.nk"

    def made(self, name: str) -> str:
        """The key of an adapter: made, and on disk, where there is none."""
        file = self.file(name)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(file, nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode() + "\n")
        return file.read_text().strip()

    def kept(self, name: str) -> str:
        """The key of an adapter; empty: there is none here."""
        file = self.file(name)
        return self._given or (file.read_text().strip() if file.exists() else "")

    def password(self, name: str) -> str:
        """Of a user that can't prove itself by a key: NAME.password, made where there is none."""
        file = self._directory / f"{name}.password"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(file, os.urandom(24).hex() + "\n")
        return file.read_text().strip()

    def public_key(self, name: str) -> str:
        """What the server knows an adapter by. Raises BusError."""
        try:
            return str(nkeys.from_seed(bytearray(self.made(name).encode())).public_key.decode())
        except (nkeys.NkeysError, ValueError):
            raise BusError(
                f"{self.file(name)} holds no key of a bus user: restore it from the backup, or remove it: then a new "
                "one is made, and the adapter needs a copy"
            ) from None
