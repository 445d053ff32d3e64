"""Bytes lie safely wherever they are told to lie: both places keep the same promises."""

import socket
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from hub.channels.attachments import AttachmentError, Attachments, Blobs
from hub.channels.blobs import FolderBlobs, S3Blobs
from hub.channels.running import blobs
from hub.domain.errors import NotFoundError
from hub.settings import Settings, SettingsError, load


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    """A server that speaks S3, with a bucket."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture
def s3(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> S3Blobs:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3", endpoint_url=s3_endpoint).create_bucket(Bucket="files")
    return S3Blobs("s3://files/hub")


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    found: Blobs = FolderBlobs(tmp_path / "files") if request.param == "folder" else request.getfixturevalue("s3")
    return found


async def test_what_is_put_is_there_under_its_name(place: Blobs) -> None:
    await place.put("ab/cd/abcd", b"one")
    await place.put("ab/cd/abcd", b"one")
    await place.put("ab/cd/abce", b"")
    assert await place.get("ab/cd/abcd") == b"one"
    assert await place.get("ab/cd/abce") == b""


async def test_what_is_not_there_is_said_to_be_missing(place: Blobs) -> None:
    with pytest.raises(NotFoundError, match="no attachment abcf"):
        await place.get("ab/cd/abcf")


async def test_what_is_deleted_is_gone(place: Blobs) -> None:
    await place.put("ab/cd/abcd", b"one")
    await place.delete("ab/cd/abcd")
    await place.delete("ab/cd/abcd")
    with pytest.raises(NotFoundError):
        await place.get("ab/cd/abcd")


async def test_attachments_lie_in_either(place: Blobs) -> None:
    attachments = Attachments(place, b"k" * 32)
    put = await attachments.put(b"a picture" * 100_000, "image/png", "picture.png")
    assert await attachments.get(put.uri) == b"a picture" * 100_000


async def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file, no folder")
    with pytest.raises(AttachmentError, match=str(tmp_path)):
        await FolderBlobs(tmp_path / "files").put("ab/cd/abcd", b"one")


async def test_a_store_that_does_not_answer_is_named(s3: S3Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(AttachmentError, match="s3://files/hub does not answer as it should"):
        await S3Blobs("s3://files/hub", patience=0.5).get("ab/cd/abcd")


def test_settings_say_where(tmp_path: Path) -> None:
    assert isinstance(blobs(Settings(data_dir=tmp_path)), FolderBlobs)
    with pytest.raises(SettingsError, match="attachments_url"):
        load({"HUB_CONFIG": "/dev/null", "HUB_ATTACHMENTS_URL": "ftp://elsewhere"})
