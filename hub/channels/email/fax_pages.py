"""The pages of a fax that leaves: those that are enclosed, or words as PDF with what every fax server has."""

import textwrap
from collections.abc import Sequence

from hub.channels.command import Command
from hub.channels.email.fax import PAGES
from hub.channels.email.render import Enclosed
from hub.domain.errors import InvalidError

_COLUMNS = 72
_LINES = 56
_MOST_PAGES = 50
_SIZE = "/MediaBox [0 0 595 842]"
"""A4, in points."""
_BEGIN = "BT /F1 11 Tf 13 TL 60 780 Td"


def enclosed_pages(command: Command, files: Sequence[Enclosed]) -> tuple[Enclosed, ...]:
    """Raises InvalidError of files that are no pages, and of words that can't be written as such."""
    for one in files:
        if one.media_type.partition(";")[0] not in PAGES:
            raise InvalidError(f"{one.name or 'a file'} is no page of a fax: enclose PDF or TIFF", "attachments")
    return tuple(files) or (Enclosed(fax_pages(command.subject, command.text), "application/pdf", "fax.pdf"),)


def fax_pages(subject: str, text: str) -> bytes:
    """The same words give the same bytes. Raises InvalidError of words that it has no letters for, or of none."""
    if not text.strip():
        raise InvalidError("a fax has words, or pages that are enclosed", "text")
    said = f"{subject.strip()}\n\n{text}" if subject.strip() else text
    lines = [one for line in said.expandtabs(4).splitlines() for one in textwrap.wrap(line, _COLUMNS) or [""]]
    pages = [lines[first : first + _LINES] for first in range(0, len(lines), _LINES)]
    if len(pages) > _MOST_PAGES:
        raise InvalidError(f"a fax of words has at most {_MOST_PAGES} pages", "text")
    return _document([_content(page) for page in pages])


def _content(lines: list[str]) -> bytes:
    try:
        shown = [line.encode("cp1252") for line in lines]
    except UnicodeEncodeError as error:
        letter = error.object[error.start]
        raise InvalidError(f"{letter!r} can't be written on a fax: enclose the words as PDF", "text") from None
    escaped = (
        line.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)").translate(None, bytes(range(32)))
        for line in shown
    )
    return b"\n".join([_BEGIN.encode(), *(b"(" + line + b") Tj T*" for line in escaped), b"ET"])


def _document(contents: list[bytes]) -> bytes:
    """Objects 1 to 3 are the catalogue, the pages and the font; each page is two more, itself and what is on it."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in enumerate(contents):
        resources = f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R {_SIZE} {resources} >>".encode())
        objects.append(f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream")
    written = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + one + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return bytes(written + end.encode())
