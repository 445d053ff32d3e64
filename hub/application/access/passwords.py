"""Passwords as argon2id hashes: made and checked in threads, a few at once, as each takes up to 64 MiB and a while."""

import asyncio
from typing import Literal, NamedTuple

from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

AT_ONCE = 2
Cost = Literal["strong", "light"]


class Checked(NamedTuple):
    """Whether it was the password. `stronger`: its hash under today's parameters, where these cost more."""

    is_right: bool
    stronger: str = ""


class Passwords:
    """Hashes with these parameters. Nobody learns from the time it takes whether there is such a person, as far as
    everybody's hash was made with them."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
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
        is_weaker = _work(extract_parameters(kept)) < _work(self._hasher)
        return Checked(True, self._hasher.hash(password) if is_weaker else "")


def hasher(cost: Cost) -> PasswordHasher:
    """`strong`: what RFC 9106 recommends where memory is scarce; `light`: the least that OWASP does."""
    if cost == "light":
        return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def _work(parameters: Parameters | PasswordHasher) -> int:
    """What a guess costs: how much memory is gone through, in KiB."""
    return parameters.memory_cost * parameters.time_cost
