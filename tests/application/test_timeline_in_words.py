"""What people say of work is shown on its timeline from the log; no view holds a word of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.application.views.read_models import ReadModels
from hub.clock import WallClock
from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionQueued, OfferDeclined
from hub.journal.codec import Codec
from hub.ports import Recorded, Stored
from hub.projections import interactions
from hub.projections.runner import Runner
from hub.projections.views import open_for_writing
from tests.journal.test_sealing import HeldKeys
from tests.projections.happenings import placement

CALL, ANN, WORDS = "interaction-1", "customer-ann", "Mrs. Tehrani shouts"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "agent:bob"}
QUEUED = InteractionQueued(
    **META, pool="main", contact_id="c-1", customer_id=ANN, channel=Channel.PHONE, thread="t", service="",
    **placement("care"),
)  # fmt: skip
DECLINED = OfferDeclined(**META, offer_id="o-1", agent_id="bob", customer_id=ANN, reason=WORDS, busy=True)


class Log:
    """As it is stored."""

    def __init__(self, *events: Event) -> None:
        self.keys = HeldKeys()
        self.codec = Codec(keys=self.keys)
        self.rows = [
            Stored(place, CALL, place, *self.codec.encode(CALL, event)) for place, event in enumerate(events, 1)
        ]

    def read(self, after: int, limit: int) -> Sequence[Stored]:
        return self.rows[after : after + limit]

    async def at(self, positions: Sequence[int], /) -> Sequence[Recorded]:
        return [self.codec.recorded(self.rows[place - 1]) for place in positions]

    def alias(self, field: str, text: str, /) -> str:
        return self.keys.alias(field, text)


async def test_words_are_told_until_their_customer_is_forgotten_and_stand_in_no_view(tmp_path: Path) -> None:
    log, path = Log(QUEUED, DECLINED), tmp_path / "views.sqlite"
    writing = open_for_writing(path)
    Runner(writing, [interactions.PROJECTION], log.read, log.codec.decode_veiled).run()
    views = ReadModels(path, WallClock(), log)
    try:
        assert await detail(views) == f"busy: {WORDS}"
        log.keys.forgotten.add(ANN)
        assert await detail(views) == "busy"
    finally:
        views.close()
        writing.close()
    assert WORDS.encode() not in stored(tmp_path)


async def detail(views: ReadModels) -> str:
    found = await views.interaction(CALL)
    assert found is not None
    return str(found["timeline"][-1]["detail"])


def stored(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in directory.iterdir())
