"""Files that nothing names any more are gone, wherever they lie, and no other."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.privacy.files_swept import Swept, _holds_files, sweep
from hub.application.privacy.forgetting import Forgetting
from hub.application.privacy.stored_files import StoredFile
from hub.channels.attachments import Attachments, Blobs
from hub.channels.blobs import FolderBlobs, S3Blobs
from hub.channels.running import attachments
from hub.cli.main import hub
from hub.clock import WallClock
from hub.domain.contact import Attachment, Channel, Contact
from hub.domain.contact import Path as ContactPath
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.refused_input import RefusedInput
from hub.journal.codec import Codec
from hub.journal.event_classes import EVENT_CLASSES
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import open_store, personal_keys
from hub.operations.attachments import sweep_attachments
from hub.settings import Settings
from tests.channels.test_blobs import s3, s3_endpoint

__all__ = ["s3", "s3_endpoint"]

OLD = timedelta(days=20)


@pytest.fixture
def objects(s3: S3Blobs, tmp_path: Path) -> S3Blobs:
    """With nothing of other tests in it."""
    return S3Blobs(f"s3://files/{tmp_path.name}")


@pytest.fixture(params=["folder", "objects"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    found: Blobs = FolderBlobs(tmp_path / "files") if request.param == "folder" else request.getfixturevalue("objects")
    return found


async def listed(place: Blobs, before: datetime) -> list[StoredFile]:
    return sorted([one async for page in place.put_before(before) for one in page])


def age(folder: Path) -> None:
    """As if all in it had been brought 20 days ago."""
    then = (WallClock().now() - OLD).timestamp()
    for file in folder.rglob("*"):
        if file.is_file():
            os.utime(file, (then, then))


async def test_what_was_brought_before_is_listed_and_dropped_and_nothing_else(place: Blobs) -> None:
    now = WallClock().now()
    await place.put("ab/cd/abcd", b"one")
    assert await listed(place, now - timedelta(hours=1)) == []
    assert not await place.drop("ab/cd/abcd", now - timedelta(hours=1))
    soon = now + timedelta(hours=1)
    [found] = await listed(place, soon)
    assert (found.name, found.size, found.put_at <= soon) == ("ab/cd/abcd", 3, True)
    assert await place.drop("ab/cd/abcd", soon)
    assert not await place.drop("ab/cd/abcd", soon)
    assert await listed(place, soon) == []
    with pytest.raises(NotFoundError):
        await place.get("ab/cd/abcd")


async def test_what_is_brought_again_counts_from_then(tmp_path: Path) -> None:
    place, before = FolderBlobs(tmp_path), WallClock().now() - timedelta(days=10)
    await place.put("ab/cd/abcd", b"one")
    age(tmp_path)
    [found] = await listed(place, before)
    await place.put(found.name, b"one")
    assert not await place.drop(found.name, before)
    assert await place.get(found.name) == b"one"


async def test_what_a_crash_left_is_put_right(tmp_path: Path) -> None:
    place, before = FolderBlobs(tmp_path), WallClock().now() - timedelta(days=10)
    await place.put("ab/cd/abcd", b"one")
    folder = tmp_path / "ab" / "cd"
    (folder / "abcd").rename(folder / ".taken-abcd")
    (folder / ".abce.1234").write_bytes(b"half")
    age(tmp_path)
    (folder / ".abcf.1234").write_bytes(b"being written")
    assert [one.name for one in await listed(place, before)] == ["ab/cd/abcd"]
    assert sorted(os.listdir(folder)) == [".abcf.1234", "abcd"]


class Later:
    """Objects can't be made older; the clock can."""

    speed = 1.0

    def now(self) -> datetime:
        return WallClock().now() + OLD

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


class Nothing:
    async def bodies(self) -> list[bytes]:
        return []


class Aside:
    def __init__(self, file: Attachment) -> None:
        self._file = file

    async def bodies(self) -> list[bytes]:
        now = WallClock().now()
        refused = RefusedInput(id="r", channel=Channel.EMAIL, reason="no sender", raw=self._file, received_at=now)
        return [b"\xff not even text", refused.model_dump_json().encode()]


class Centre:
    """What takes contacts in and forgets, on a real store."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(data_dir=folder / "var")
        self.keys = personal_keys(settings)
        self.journal = EventJournal(open_store(settings, Codec(keys=self.keys)))
        self._recorder = ContactRecorder(self.journal, WallClock(), installation_key(settings))

    async def take(self, who: str, file: Attachment) -> str:
        path = ContactPath(channel=Channel.EMAIL, address=f"{who}@example.com")
        contact = Contact(id=f"mail-{who}", path=path, occurred_at=WallClock().now(), attachments=(file,))
        [receipt] = await self._recorder.record([(contact, "adapter:email")])
        assert isinstance(receipt, Receipt)
        return receipt.customer_id

    async def forget(self, customer: str) -> None:
        forgetting = Forgetting(self.journal, WallClock(), self.keys)
        await forgetting.forget(customer, "asked", actor="operator:maryam", command_id="f")


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    made = Centre(tmp_path)
    yield made
    await made.journal.close()


async def test_files_of_customers_stay_and_of_who_was_forgotten_go(centre: Centre, tmp_path: Path) -> None:
    place = FolderBlobs(tmp_path / "files")
    store = Attachments(place, b"k" * 32)
    texts = (b"named", b"set aside", b"of nobody", b"never used")
    named, aside, forgotten, unused = [await store.put(text, "text/plain") for text in texts]
    await centre.take("ann", named)
    await centre.forget(await centre.take("bob", forgotten))
    age(tmp_path / "files")
    fresh = await store.put(b"brought just now", "text/plain")

    told = await sweep(centre.journal, Aside(aside), place, WallClock(), 10, pretend=True)
    assert (told.removed, told.kept) == (2, 2)
    assert await store.get(unused.uri) == b"never used"
    assert await sweep(centre.journal, Aside(aside), place, WallClock(), 10) == told
    assert [await store.get(one.uri) for one in (named, aside, fresh)] == [b"named", b"set aside", b"brought just now"]
    for one in (unused, forgotten):
        with pytest.raises(NotFoundError):
            await store.get(one.uri)
    assert (await sweep(centre.journal, Nothing(), place, WallClock(), 10)).removed == 1


async def test_it_works_in_an_object_store(centre: Centre, objects: S3Blobs) -> None:
    store = Attachments(objects, b"k" * 32)
    named, unused = [await store.put(text, "text/plain") for text in (b"in s3", b"unused in s3")]
    await centre.take("ann", named)
    assert (await sweep(centre.journal, Nothing(), objects, WallClock(), 10)).removed == 0
    told = await sweep(centre.journal, Nothing(), objects, Later(), 10)
    assert (told.removed, told.kept) == (1, 1)
    assert await store.get(named.uri) == b"in s3"
    with pytest.raises(NotFoundError):
        await store.get(unused.uri)


async def test_what_may_be_on_its_way_is_left_alone(centre: Centre, tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="8 days"):
        await sweep(centre.journal, Nothing(), FolderBlobs(tmp_path / "files"), WallClock(), 7)


def test_every_event_that_names_files_is_looked_at() -> None:
    holding = {one.__name__ for one in EVENT_CLASSES if _holds_files(one)}
    assert holding >= {"ContactReceived", "ContactSent", "ContactPlanned", "ConversationRecorded"}
    assert "CustomerRegistered" not in holding


def test_an_operator_does_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    settings = Settings(data_dir=tmp_path / "var")
    with pytest.raises(NotFoundError, match="there is no hub in"):
        sweep_attachments(settings, 10, pretend=True)
    asyncio.run(attachments(settings).put(b"never used", "text/plain"))
    age(tmp_path / "var" / "attachments")
    for asked, said in ((["--pretend"], "1 files (26 bytes) would be removed"), ([], "1 files (26 bytes) removed")):
        done = CliRunner().invoke(hub, ["attachments", "sweep", *asked])
        assert done.exit_code == 0, done.output
        assert done.output.startswith(said)
    done = CliRunner().invoke(hub, ["attachments", "sweep", "--json"])
    assert Swept().as_json().items() <= json.loads(done.output).items()
