"""Which records have a key in common, without comparing all with all: eight bytes a key, whatever it says."""

from array import array
from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby

_BUCKETS = 256
_ORDINAL_BITS = 26
MOST_RECORDS = 1 << _ORDINAL_BITS
"""How many records an index can hold."""


class KeyIndex:
    """Keys of records, by their ordinals. Two may fall together (of ten million, one pair or so): who asks compares."""

    def __init__(self) -> None:
        self._buckets = [array("Q") for _ in range(_BUCKETS)]

    def add(self, key: str, ordinal: int) -> None:
        """This record has this key."""
        mark = fingerprint(key)
        self._buckets[mark % _BUCKETS].append(mark // _BUCKETS << _ORDINAL_BITS | ordinal)

    def blocks(self) -> Iterator[tuple[int, list[int]]]:
        """Fingerprints of keys that two records or more have, with their ordinals, ascending; always in one order."""
        for number, bucket in enumerate(self._buckets):
            for rest, entries in groupby(sorted(bucket), lambda entry: entry >> _ORDINAL_BITS):
                ordinals = sorted({entry & (MOST_RECORDS - 1) for entry in entries})
                if len(ordinals) > 1:
                    yield rest * _BUCKETS + number, ordinals


def fingerprint(key: str) -> int:
    """What the index keeps of a key: 46 bits."""
    digest = blake2b(key.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) & (_BUCKETS << 64 - _ORDINAL_BITS) - 1
