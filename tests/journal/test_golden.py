"""Events are for ever: what was stored once must be readable by every later version, byte for byte as it was."""

from datetime import datetime
from pathlib import Path

import pytest

from hub.journal.codec import EVENT_CLASSES, Codec
from tests.journal.test_sealing import HeldKeys

GOLDEN = Path(__file__).parent.parent / "golden"
FILES = sorted(GOLDEN.glob("*.json"))
CURRENT = {f"{cls.__name__}.{cls.SCHEMA}.json" for cls in EVENT_CLASSES}


def stored(file: Path) -> tuple[str, bytes]:
    return file.stem.replace(".", "/"), file.read_bytes().removesuffix(b"\n")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_was_stored_can_be_read(file: Path) -> None:
    topic, state = stored(file)
    assert type(Codec().decode("some-stream", topic, state)).__name__ == topic.partition("/")[0]


@pytest.mark.parametrize("file", [file for file in FILES if file.name in CURRENT], ids=lambda file: file.stem)
def test_what_is_stored_today_has_the_same_bytes(file: Path) -> None:
    codec = Codec()
    topic, state = stored(file)
    event = codec.decode("some-stream", topic, state)
    assert codec.encode("some-stream", event) == (topic, state)
    assert codec.decode("some-stream", topic, state) == event


def test_every_event_class_has_its_golden_file() -> None:
    missing = CURRENT - {file.name for file in FILES}
    assert not missing, f"store one of each and never change it again: {sorted(missing)}"


def test_no_golden_file_is_without_its_class() -> None:
    names = {cls.__name__ for cls in EVENT_CLASSES}
    assert {file.name.partition(".")[0] for file in FILES} <= names


@pytest.mark.parametrize("file", [file for file in FILES if file.name in CURRENT], ids=lambda file: file.stem)
def test_a_glance_tells_class_and_time(file: Path) -> None:
    codec = Codec(keys=HeldKeys())
    topic, state = stored(file)
    event = codec.decode("some-stream", topic, state)
    for kept in (state, codec.encode("some-stream", event)[1]):
        seen = codec.glance(topic, kept)
        assert seen is not None
        assert (seen[0], datetime.fromisoformat(seen[1])) == (type(event), event.at)


def test_a_glance_at_what_another_version_wrote_tells_nothing() -> None:
    assert Codec().glance("CustomerRegistered/99", b'{"at":"2024-05-01T12:00:00Z"}') is None
    assert Codec().glance("NobodyKnows/1", b'{"at":"2024-05-01T12:00:00Z"}') is None
    assert Codec().glance("CustomerRegistered/1", b"{}") is None
