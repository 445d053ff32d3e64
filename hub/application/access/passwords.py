"""Passwords as argon2id hashes: made and checked in threads, a few at once, as each takes 64 MiB and a while."""

import asyncio
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2


class Checked(NamedTuple):
    """Whether it was the password. `stronger`: its hash under today's parameters, where they have risen."""

    is_right: bool
    stronger: str = ""


class Passwords:
    """Hashes with these parameters. Nobody learns from the time it takes whether there is such a person."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, kept: str, password: str) -> Checked:
        """Against the hash of somebody; empty: nobody has such a password, which takes as long to find out."""
        async with self._room:
            return await asyncio.to_thread(self._check, kept, password)

    def _check(self, kept: str, password: str) -> Checked:
        if not kept:
            self._nobodys = self._nobodys or self._hasher.hash("of nobody")
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return Checked(False)
        if not kept:
            return Checked(False)
        return Checked(True, self._hasher.hash(password) if self._hasher.check_needs_rehash(kept) else "")
