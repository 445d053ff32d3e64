"""Who is held out: a draw by hash, the same for ever on every path."""

import hashlib
from typing import NamedTuple

from hub.paths.holdout.section import Holdout

_ALL = 2**64
_BY_ACCOUNT = ("B2B", "B2G")


class Drawn(NamedTuple):
    """`draw` lies in 0 to 100; held out are those below the share."""

    draw: float
    is_held_out: bool


def holder_of(kind: str, customer_id: str, account_id: str) -> str:
    """Who is drawn: the account that they act for, whatever they are themselves, so that no two of its people hear
    different things; else the person, by the canonical name. `kind`: the account's."""
    return account_id if account_id and kind in _BY_ACCOUNT else customer_id


def drawn(holdout: Holdout, holder: str) -> Drawn:
    """The first 64 bits of the SHA-256 of seed, campaign and holder, as a part of a hundred."""
    digest = hashlib.sha256(f"{holdout.seed}\x1f{holdout.campaign}\x1f{holder}".encode()).digest()
    draw = int.from_bytes(digest[:8]) * 100 / _ALL
    return Drawn(draw, draw < holdout.share)
