"""The key that the customers' keys are wrapped with: in a file of its own, so that it can be changed and kept apart."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.journal.errors import KeyFileError

_LINE = re.compile(r"([1-9][0-9]*) ([0-9a-f]{64})")
_NONCE = 12


class KeyEncryption:
    """The file: a line a key, its number and 64 hex digits. The last one wraps; while a change of keys is under way the
    one before is there too."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._keys: dict[int, AESGCM] = {}

    @property
    def newest(self) -> int:
        """Number of the key that wraps. Raises KeyFileError."""
        return max(self._loaded())

    @property
    def numbers(self) -> list[int]:
        """Of all keys that are there, oldest first."""
        return sorted(self._loaded())

    def wrap(self, stream: str, key: bytes, number: int) -> bytes:
        """The key of a customer's stream as it is stored."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key(number).encrypt(nonce, key, stream.encode())

    def wrap_all(self, keys: Mapping[str, bytes], number: int) -> list[tuple[str, int, bytes]]:
        """Stream, number and wrapped key of each: the system is asked for chance once."""
        drawn, encrypt = os.urandom(_NONCE * len(keys)), self._key(number).encrypt
        nonces = (drawn[start : start + _NONCE] for start in range(0, len(drawn), _NONCE))
        return [
            (stream, number, nonce + encrypt(nonce, key, stream.encode()))
            for (stream, key), nonce in zip(keys.items(), nonces, strict=True)
        ]

    def unwrap(self, stream: str, wrapped: bytes, number: int) -> bytes:
        """The same, back. Raises KeyFileError where the file is not the one it was wrapped with."""
        try:
            return self._key(number).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], stream.encode())
        except InvalidTag:
            raise KeyFileError(
                f"{self.file} is not the key that the customers' keys were wrapped with: restore it from the backup "
                "that was taken with keys/personal.sqlite"
            ) from None

    def add(self) -> int:
        """One more key, on disk when this returns; its number. From now on it wraps."""
        lines = self._lines() if self.file.exists() else []
        number = max((one for one, _ in lines), default=0) + 1
        self._write([*lines, (number, secrets.token_hex(32))])
        return number

    def keep_only(self, number: int) -> None:
        """Nothing is wrapped with the others any more: they go."""
        self._write([line for line in self._lines() if line[0] == number])

    def _key(self, number: int) -> AESGCM:
        key = self._loaded().get(number)
        if key is None:
            self._keys = {}  # another process may have added it
            key = self._loaded().get(number)
        if key is None:
            raise KeyFileError(
                f"{self.file} has no key number {number}, which keys/personal.sqlite needs: restore the file from the "
                "backup that was taken with it"
            )
        return key

    def _loaded(self) -> dict[int, AESGCM]:
        if not self._keys:
            self._keys = {number: AESGCM(bytes.fromhex(digits)) for number, digits in self._lines()}
        return self._keys

    def _lines(self) -> list[tuple[int, str]]:
        try:
            lines = self.file.read_text(encoding="ascii", errors="replace").splitlines()
        except OSError as error:
            raise KeyFileError(
                f"{self.file} can't be read: {error.strerror}; without it nobody's name, address or words can be read: "
                "restore it from the backup that was taken with keys/personal.sqlite"
            ) from None
        found = [_LINE.fullmatch(line.strip()) for line in lines]
        if not found or None in found:
            raise KeyFileError(f"{self.file} is not a key file (a number and 64 hex digits a line): restore it")
        return [(int(one[1]), one[2]) for one in found if one is not None]

    def _write(self, lines: list[tuple[int, str]]) -> None:
        """Whole or not at all."""
        self._keys = {}
        draft = self.file.with_name(f".{self.file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write("".join(f"{number} {digits}\n" for number, digits in lines))
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(self.file)
        flush_directory(self.file.parent)


def flush_directory(directory: Path) -> None:
    """What was made or named anew in it is there after a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
