"""Files that came with contacts: each stored once, whole, and readable only by who has its uri."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.attachments import AttachmentError, Attachments, TooLargeError, known_type, safe_name, shown_as
from hub.channels.blobs import FolderBlobs
from hub.domain.errors import NotFoundError

KEY = b"k" * 32


@pytest.fixture
def attachments(tmp_path: Path) -> Attachments:
    return Attachments(FolderBlobs(tmp_path / "files"), KEY, largest=1_000)


def stored(tmp_path: Path) -> list[Path]:
    return [one for one in (tmp_path / "files").rglob("*") if one.is_file()]


async def test_what_is_put_comes_back(attachments: Attachments) -> None:
    put = await attachments.put(b"an invoice", "application/pdf", "Invoice.pdf")
    assert (put.name, put.media_type, put.size) == ("Invoice.pdf", "application/pdf", 10)
    assert await attachments.get(put.uri) == b"an invoice"


async def test_the_same_file_is_stored_once(attachments: Attachments, tmp_path: Path) -> None:
    first = await attachments.put(b"the same", "text/plain", "a.txt")
    second = await attachments.put(b"the same", "text/plain", "b.txt")
    assert first.uri == second.uri
    assert len(stored(tmp_path)) == 1


async def test_on_disk_it_can_not_be_read(attachments: Attachments, tmp_path: Path) -> None:
    put = await attachments.put(b"a secret of somebody", "text/plain", "secret.txt")
    [file] = stored(tmp_path)
    assert b"secret" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    without_key = put.uri.partition(".")[0]
    with pytest.raises(NotFoundError):
        await attachments.get(without_key)


async def test_what_is_damaged_is_said_to_be(attachments: Attachments, tmp_path: Path) -> None:
    put = await attachments.put(b"an invoice", "application/pdf")
    [file] = stored(tmp_path)
    file.write_bytes(b"x" + file.read_bytes()[1:])
    with pytest.raises(AttachmentError, match="damaged"):
        await attachments.get(put.uri)


async def test_what_is_deleted_is_gone(attachments: Attachments, tmp_path: Path) -> None:
    put = await attachments.put(b"an invoice", "application/pdf")
    await attachments.delete(put.uri)
    await attachments.delete(put.uri)
    assert stored(tmp_path) == []
    with pytest.raises(NotFoundError):
        await attachments.get(put.uri)


async def test_too_large_a_file_is_refused_by_its_name(attachments: Attachments) -> None:
    with pytest.raises(TooLargeError, match=r"film\.mp4 has 1,001 bytes, at most 1,000"):
        await attachments.put(b"x" * 1_001, "video/mp4", "film.mp4")


@pytest.mark.parametrize(
    "uri", ["", "hub-file:", "hub-file:../../etc/passwd.x", "https://elsewhere/file", "file:///etc/passwd"]
)
async def test_other_uris_lead_nowhere(uri: str, attachments: Attachments) -> None:
    with pytest.raises(NotFoundError):
        await attachments.get(uri)


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\report.pdf", "report.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("CON.txt", "_CON.txt"),
        ("  .hidden ", "hidden"),
        ("قرارداد.pdf", "قرارداد.pdf"),
        ("", ""),
    ],
)
def test_names_are_made_safe(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


@given(st.text())
def test_any_name_is_made_safe_and_stays_so(name: str) -> None:
    safe = safe_name(name)
    assert len(safe) <= 120
    assert not set(safe) & set('/\\\0<>:"|?*\n\r')
    assert safe_name(safe) == safe


def test_types_are_said_or_guessed() -> None:
    assert known_type("Application/PDF; name=x", "") == "application/pdf"
    assert known_type("application/octet-stream", "photo.JPG") == "image/jpeg"
    assert known_type("nonsense", "") == "application/octet-stream"


def test_what_a_browser_would_run_is_saved_as_bytes() -> None:
    assert shown_as("image/png", {"image/png"}) == ("image/png", "inline")
    assert shown_as("image/svg+xml", {"image/svg+xml"}) == ("application/octet-stream", "attachment")
    assert shown_as("application/pdf", ()) == ("application/pdf", "attachment")
