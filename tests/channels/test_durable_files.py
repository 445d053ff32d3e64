"""A file has its name only when its bytes are on disk, and is said to be there only when its name is too."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.channels.durable_files import DurableFiles


class Disk:
    """Notes what is asked of it, by path below `folder`; `breaks` says where it fails."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, str]] = []
        self.breaks: Callable[[str, str], bool] = lambda *_: False
        self._folder = folder
        fsync, replace = os.fsync, os.replace

        def synced(handle: int) -> None:
            self._note("sync", os.readlink(f"/proc/self/fd/{handle}"))
            fsync(handle)

        def renamed(old: str, new: str) -> None:
            self._note("name", new)
            replace(old, new)

        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(os, "replace", renamed)

    def _note(self, what: str, path: Any) -> None:
        name = os.path.relpath(path, self._folder)
        self.asked.append((what, name))
        if self.breaks(what, name):
            raise OSError(28, "No space left on device")

    def taken(self) -> list[tuple[str, str]]:
        asked, self.asked = self.asked, []
        return asked


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(tmp_path / "files", monkeypatch)


def is_draft(name: str, of: str) -> bool:
    folder, _, last = of.rpartition("/")
    return name.startswith(f"{folder}/.{last}.")


def test_bytes_come_before_the_name_and_the_name_before_the_answer(disk: Disk, tmp_path: Path) -> None:
    files = DurableFiles(tmp_path / "files")
    assert files.write([("aa/bb/one", b"1"), ("aa/bb/two", b"2")]) == [None, None]
    asked = disk.taken()
    drafts, names, folders = asked[:2], asked[2:4], asked[4:]
    assert [what for what, _ in drafts] == ["sync", "sync"]
    assert all(any(is_draft(name, f"aa/bb/{of}") for _, name in drafts) for of in ("one", "two"))
    assert names == [("name", "aa/bb/one"), ("name", "aa/bb/two")]
    assert sorted(folders) == [("sync", "."), ("sync", ".."), ("sync", "aa"), ("sync", "aa/bb")]
    assert (tmp_path / "files" / "aa" / "bb" / "two").read_bytes() == b"2"


def test_a_folder_that_is_known_to_be_on_disk_is_not_asked_for_again(disk: Disk, tmp_path: Path) -> None:
    files = DurableFiles(tmp_path / "files")
    files.write([("aa/bb/one", b"1")])
    disk.taken()
    files.write([("aa/bb/two", b"2"), ("aa/bb/three", b"3")])
    assert [one for one in disk.taken() if not one[1].startswith("aa/bb/")] == [("sync", "aa/bb")]
    files.write([("aa/cc/four", b"4")])
    assert {one for one in disk.taken() if not one[1].startswith("aa/cc/")} == {("sync", "aa/cc"), ("sync", "aa")}
    DurableFiles(tmp_path / "files").write([("aa/bb/five", b"5")])
    assert ("sync", "aa") in disk.taken()


def test_what_is_there_is_not_written_again_yet_its_name_is_sure(disk: Disk, tmp_path: Path) -> None:
    DurableFiles(tmp_path / "files").write([("aa/bb/one", b"1")])
    disk.taken()
    assert DurableFiles(tmp_path / "files").write([("aa/bb/one", b"1")]) == [None]
    assert sorted(disk.taken()) == [("sync", "."), ("sync", ".."), ("sync", "aa"), ("sync", "aa/bb")]


@pytest.mark.parametrize("what", ["sync", "name"])
def test_one_that_fails_keeps_no_other_and_leaves_nothing(disk: Disk, tmp_path: Path, what: str) -> None:
    files = DurableFiles(tmp_path / "files")
    disk.breaks = lambda asked, name: asked == what and "two" in name
    one, two, three = files.write([("aa/bb/one", b"1"), ("aa/bb/two", b"2"), ("aa/bb/three", b"3")])
    assert (one, three) == (None, None)
    assert isinstance(two, OSError)
    assert sorted(os.listdir(tmp_path / "files" / "aa" / "bb")) == ["one", "three"]
    disk.breaks = lambda *_: False
    assert files.write([("aa/bb/two", b"2")]) == [None]


def test_a_folder_that_can_not_be_synced_makes_nothing_in_it_sure(disk: Disk, tmp_path: Path) -> None:
    files = DurableFiles(tmp_path / "files")
    disk.breaks = lambda asked, name: (asked, name) == ("sync", "aa/bb")
    assert [one is None for one in files.write([("aa/bb/one", b"1"), ("aa/cc/two", b"2")])] == [False, True]
    disk.breaks = lambda *_: False
    disk.taken()
    assert files.write([("aa/bb/one", b"1")]) == [None]
    assert ("sync", "aa/bb") in disk.taken()


def test_a_folder_that_somebody_removed_is_made_again(disk: Disk, tmp_path: Path) -> None:
    files = DurableFiles(tmp_path / "files")
    files.write([("aa/bb/one", b"1")])
    (tmp_path / "files" / "aa" / "bb" / "one").unlink()
    (tmp_path / "files" / "aa" / "bb").rmdir()
    disk.taken()
    assert files.write([("aa/bb/two", b"2" * 100_000)]) == [None]
    assert ("sync", "aa") in disk.taken()
    assert (tmp_path / "files" / "aa" / "bb" / "two").stat().st_size == 100_000
