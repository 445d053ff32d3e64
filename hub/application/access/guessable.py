"""Passwords that who guesses tries first are not taken: common ones, rows of keys, dates, the login itself, as zxcvbn
reckons."""

import asyncio
from collections.abc import Sequence

from hub.domain.errors import InvalidError

SHORTEST, LONGEST = 10, 200
FEWEST_GUESSES = 10**6
"""Who has one guess a minute, as the hub lets them, needs two years for so many."""
_LOOKED_AT = 40
"""Characters from its beginning: to look at more takes longer, and what begins well does not get worse."""


async def refuse_guessable(password: str, about: Sequence[str]) -> None:
    """Raises InvalidError for a password that is too short, too long, or soon guessed by who knows what is said `about`
    its owner."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidError(
            f"a password has {SHORTEST} to {LONGEST} characters: several words are easy to keep",
            "password",
            code="password-length",
        )
    if await asyncio.to_thread(_guesses, password, about) < FEWEST_GUESSES:
        raise InvalidError(
            "this password is among the first that somebody would guess: take several words that have nothing to do "
            "with each other, nor with you",
            "password",
            code="password-guessable",
        )


def _guesses(password: str, about: Sequence[str]) -> float:
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415  (reads its words when first needed)

    found = zxcvbn(
        password[:_LOOKED_AT], user_inputs=[word for said in about for word in (said, *said.split()) if word]
    )
    return float(found["guesses"])
