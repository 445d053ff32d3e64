"""The key that customers' keys are wrapped with is changed while everything goes on, also through a crash."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from hub.journal import personal_keys
from hub.journal.key_encryption import KeyEncryption
from hub.journal.personal_keys import PersonalKeys

STREAMS = [f"customer-{number:03}" for number in range(50)]


def opened(directory: Path) -> PersonalKeys:
    return PersonalKeys(directory, lambda: b"i" * 32)


def sealed(keys: PersonalKeys) -> list[bytes]:
    ciphers = [keys.sealing(stream) for stream in STREAMS]
    return [cipher.encrypt(b"n" * 12, b"words", None) for cipher in ciphers if cipher is not None]


def wrappings(directory: Path) -> set[int]:
    with closing(sqlite3.connect(directory / "personal.sqlite")) as connection:
        return {number for (number,) in connection.execute("SELECT wrapping FROM keys WHERE wrapped <> x''")}


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal_keys, "_REWRAPPED_AT_ONCE", 7)


def test_every_key_stays_what_it_is_under_a_new_one(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as keys:
        before = sealed(keys)
        old = (tmp_path / "key-encryption.key").read_text()
        assert keys.change_wrapping() == len(STREAMS)
    new = (tmp_path / "key-encryption.key").read_text()
    assert len(new.splitlines()) == 1
    assert new.split()[0] == "2"
    assert new.split()[1] != old.split()[1]
    assert wrappings(tmp_path) == {2}
    assert stat.S_IMODE((tmp_path / "key-encryption.key").stat().st_mode) == 0o600
    with closing(opened(tmp_path)) as keys:
        assert sealed(keys) == before


def test_the_old_key_opens_nothing_any_more(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as keys:
        sealed(keys)
        wrapped = keys._connection().execute("SELECT wrapped FROM keys LIMIT 1").fetchone()[0]
        keys.change_wrapping()
        assert not any(wrapped in file.read_bytes() for file in tmp_path.iterdir())


def test_other_processes_go_on_meanwhile(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as keys, closing(opened(tmp_path)) as other:
        before = sealed(other)
        keys.change_wrapping()
        other.make(["customer-new"])
        assert sealed(other) == before
        assert keys.opening("customer-new") is not None
    assert wrappings(tmp_path) == {2}


@pytest.mark.parametrize("after", [0, 1, 3, 7, 100])
def test_a_crash_anywhere_is_made_good_by_the_next_run(
    tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(opened(tmp_path)) as keys:
        before = sealed(keys)
    with closing(opened(tmp_path)) as keys, monkeypatch.context() as patch:
        wrap, left = KeyEncryption.wrap, [after]

        def failing(self: KeyEncryption, stream: str, key: bytes, number: int) -> bytes:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return wrap(self, stream, key, number)

        def crash(self: KeyEncryption, number: int) -> None:
            raise KeyboardInterrupt

        patch.setattr(KeyEncryption, "wrap", failing)
        patch.setattr(KeyEncryption, "keep_only", crash)
        with pytest.raises(KeyboardInterrupt):
            keys.change_wrapping()
    with closing(opened(tmp_path)) as keys:
        assert sealed(keys) == before
        keys.change_wrapping()
    assert wrappings(tmp_path) == {2}
    with closing(opened(tmp_path)) as keys:
        assert sealed(keys) == before


def test_who_was_forgotten_stays_forgotten(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as keys:
        sealed(keys)
        keys.forget(STREAMS[:1])
        assert keys.change_wrapping() == len(STREAMS) - 1
    with closing(opened(tmp_path)) as keys:
        assert keys.opening(STREAMS[0]) is None
