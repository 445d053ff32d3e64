"""The installation's key: made once, kept, never made up anew over a damaged one."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.journal.errors import KeyFileError
from hub.journal.keys import installation_key, key_file
from hub.journal.store import Store
from hub.settings import Settings
from tests.support.stores import unit


def test_it_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    key = installation_key(settings)
    assert len(key) == 32
    assert installation_key(settings) == key
    assert stat.S_IMODE(key_file(settings).stat().st_mode) == 0o600
    assert key_file(settings) == tmp_path / "keys" / "installation.key"
    assert [file.name for file in key_file(settings).parent.iterdir()] == ["installation.key"]


def test_beside_a_store_of_api_keys_alone_one_is_made(store: Store, store_settings: Settings) -> None:
    store.append([unit("access-keys")])
    assert len(installation_key(store_settings)) == 32


def test_a_store_that_lost_its_key_gets_no_other(store: Store, store_settings: Settings) -> None:
    key = installation_key(store_settings)
    store.append([unit("access-keys"), unit("customer-1")])
    assert installation_key(store_settings) == key
    key_file(store_settings).unlink()
    with pytest.raises(KeyFileError, match=r"installation\.key is missing, .* restore it from the backup"):
        installation_key(store_settings)
    assert not key_file(store_settings).exists()
    given = store_settings.model_copy(update={"installation_key": "ab" * 32})
    assert installation_key(given) == bytes.fromhex("ab" * 32)


def test_each_installation_has_its_own(tmp_path: Path) -> None:
    assert installation_key(Settings(data_dir=tmp_path / "a")) != installation_key(Settings(data_dir=tmp_path / "b"))


def test_several_that_start_at_once_agree(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: installation_key(settings), range(32)))
    assert len(keys) == 1


def test_the_setting_wins_and_makes_no_file(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, installation_key="ab" * 32)
    assert installation_key(settings) == bytes.fromhex("ab" * 32)
    assert not key_file(settings).exists()


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "ab" * 33, "\x00\xff"])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    settings = Settings(data_dir=tmp_path)
    key_file(settings).parent.mkdir()
    key_file(settings).write_text(text)
    with pytest.raises(KeyFileError, match="not 64 hex digits; restore it from the backup"):
        installation_key(settings)
    assert key_file(settings).read_text() == text


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="HUB_INSTALLATION_KEY"):
        installation_key(Settings(data_dir=tmp_path, installation_key="short"))


def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(KeyFileError, match=r"installation.key: "):
        installation_key(Settings(data_dir=tmp_path))
