"""What stored events become when personal fields are taken out of them: the same for every store."""

from collections.abc import Iterable, Sequence

from hub.journal.codec import Codec
from hub.ports import Erasure, Recorded, Stored


def rewritten(codec: Codec, erasures: Sequence[Erasure], rows: Iterable[Stored]) -> list[tuple[bytes, int]]:
    """New state and position of each row that holds any of what is to be erased."""
    fields, rows = {one.position: one.fields for one in erasures}, list(rows)
    codec.look_up_keys([row.stream for row in rows])
    found = ((codec.without(row.stream, row.topic, row.state, fields[row.position]), row.position) for row in rows)
    return [(state, position) for state, position in found if state is not None]


def scanned(codec: Codec, rows: Iterable[Stored]) -> list[Recorded]:
    """Rows for somebody who need not know who it was."""
    return [Recorded(*row[:3], codec.decode_veiled(row.stream, row.topic, row.state)) for row in rows]
