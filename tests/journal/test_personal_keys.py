"""Each customer has a key, made once, durable before it is used, and gone for ever once it is deleted."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from hub.journal import personal_keys
from hub.journal.errors import KeyFileError, StoreError
from hub.journal.personal_keys import PersonalKeys

OpenKeys = Callable[[], PersonalKeys]
ALICE, BOB = "customer-a", "customer-b"


@pytest.fixture
def open_keys(tmp_path: Path) -> Iterator[OpenKeys]:
    """Opens the keys as one more process would."""
    opened: list[PersonalKeys] = []

    def open_one() -> PersonalKeys:
        opened.append(PersonalKeys(tmp_path / "keys", lambda: b"i" * 32))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def sealed(keys: PersonalKeys, stream: str) -> bytes:
    cipher = keys.sealing(stream)
    assert cipher is not None
    return cipher.encrypt(b"n" * 12, b"words", None)


def opens(keys: PersonalKeys, stream: str, data: bytes) -> bool:
    cipher = keys.opening(stream)
    return cipher is not None and cipher.decrypt(b"n" * 12, data, None) == b"words"


class TestMaking:
    def test_a_key_stays_the_same_for_every_process(self, open_keys: OpenKeys) -> None:
        data = sealed(open_keys(), ALICE)
        other = open_keys()
        assert opens(other, ALICE, data)
        assert sealed(other, ALICE) == data

    def test_each_customer_has_one_of_their_own(self, open_keys: OpenKeys) -> None:
        keys = open_keys()
        assert sealed(keys, ALICE) != sealed(keys, BOB)

    def test_nobody_has_one_before_it_is_made(self, open_keys: OpenKeys) -> None:
        assert open_keys().opening(ALICE) is None

    def test_many_are_made_in_one_transaction(self, open_keys: OpenKeys, tmp_path: Path) -> None:
        keys = open_keys()
        keys.make([ALICE])
        file = tmp_path / "keys" / "personal.sqlite"
        with closing(sqlite3.connect(file)) as other:
            before = other.execute("PRAGMA data_version").fetchone()[0]
            keys.make([f"customer-{number}" for number in range(500)])
            assert other.execute("PRAGMA data_version").fetchone()[0] == before + 1
            assert other.execute("SELECT count(*) FROM keys").fetchone()[0] == 501

    def test_processes_that_make_it_at_once_agree(self, open_keys: OpenKeys) -> None:
        several = [open_keys() for _ in range(4)]
        streams = [f"customer-{number}" for number in range(200)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda keys: keys.make(streams), several))
        for stream in streams:
            assert len({sealed(keys, stream) for keys in several}) == 1

    def test_more_than_are_kept_at_hand_are_found_again(
        self, open_keys: OpenKeys, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(personal_keys, "CACHED", 8)
        keys = open_keys()
        data = {stream: sealed(keys, stream) for stream in (f"customer-{number}" for number in range(40))}
        assert all(opens(keys, stream, one) for stream, one in data.items())
        keys.make(data)
        assert all(sealed(keys, stream) == one for stream, one in data.items())

    def test_a_key_is_on_disk_when_it_is_given(self, tmp_path: Path) -> None:
        script = (
            "import os, sys; from pathlib import Path; from hub.journal.personal_keys import PersonalKeys;"
            "keys = PersonalKeys(Path(sys.argv[1]), lambda: b'i' * 32);"
            "print(keys.sealing('customer-a').encrypt(b'n' * 12, b'words', None).hex(), flush=True); os._exit(9)"
        )
        ended = subprocess.run([sys.executable, "-c", script, str(tmp_path / "keys")], capture_output=True, check=False)
        with closing(PersonalKeys(tmp_path / "keys", lambda: b"i" * 32)) as keys:
            assert opens(keys, ALICE, bytes.fromhex(ended.stdout.decode()))


class TestFiles:
    def test_they_are_for_their_owner_alone(self, open_keys: OpenKeys, tmp_path: Path) -> None:
        open_keys().make([ALICE])
        files = list((tmp_path / "keys").iterdir())
        assert {file.name for file in files} >= {"personal.sqlite", "personal.sqlite-wal", "key-encryption.key"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}

    def test_no_key_stands_in_the_file_as_it_is(
        self, open_keys: OpenKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[bytes] = []

        def draw(bits: int) -> bytes:
            made.append(os.urandom(bits // 8))
            return made[-1]

        monkeypatch.setattr(personal_keys.AESGCM, "generate_key", draw)
        open_keys().make([ALICE])
        assert made
        assert all(made[0] not in file.read_bytes() for file in (tmp_path / "keys").iterdir())

    def test_none_are_made_beside_a_store_that_needs_the_old_ones(self, tmp_path: Path) -> None:
        keys = PersonalKeys(tmp_path / "keys", lambda: b"", lambda: True)
        with pytest.raises(KeyFileError, match="are missing, but the event store was written with them: restore"):
            keys.sealing(ALICE)
        assert not (tmp_path / "keys").exists()

    def test_a_missing_key_encryption_key_is_named(self, open_keys: OpenKeys, tmp_path: Path) -> None:
        open_keys().make([ALICE])
        (tmp_path / "keys" / "key-encryption.key").unlink()
        with pytest.raises(KeyFileError, match=r"key-encryption.key can't be read.*restore it from the backup"):
            open_keys().opening(ALICE)

    def test_so_is_a_wrong_one(self, open_keys: OpenKeys, tmp_path: Path) -> None:
        open_keys().make([ALICE])
        (tmp_path / "keys" / "key-encryption.key").write_text(f"1 {'0' * 64}\n")
        with pytest.raises(KeyFileError, match="is not the key that the customers' keys were wrapped with"):
            open_keys().opening(ALICE)

    def test_a_damaged_file_is_an_error_of_the_store(self, open_keys: OpenKeys, tmp_path: Path) -> None:
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "personal.sqlite").write_bytes(b"no database" * 1000)
        with pytest.raises(StoreError, match=r"personal.sqlite: file is not a database"):
            open_keys().make([ALICE])


class TestAliases:
    def test_equal_texts_of_one_field_have_one_alias(self, open_keys: OpenKeys) -> None:
        keys, other = open_keys(), open_keys()
        assert keys.alias("thread", "+98912") == other.alias("thread", "+98912")
        assert keys.alias("thread", "+98912") != keys.alias("thread", "+98913")
        assert keys.alias("thread", "+98912") != keys.alias("value", "+98912")
        assert "98912" not in keys.alias("thread", "+98912")
        assert keys.alias("thread", "") == ""

    def test_another_installation_has_others(self, open_keys: OpenKeys, tmp_path: Path) -> None:
        stranger = PersonalKeys(tmp_path / "others", lambda: b"j" * 32)
        assert stranger.alias("thread", "+98912") != open_keys().alias("thread", "+98912")
