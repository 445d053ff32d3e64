"""What of a mail its writer wrote, and what they only quoted of the mails before: screens fold that away."""

import re
from typing import NamedTuple

_QUOTED = re.compile(r"^\s*>")
_HEADING = re.compile(
    r"^\s*(?:-{2,}|_{5,}).*(?:original message|forwarded message|پیام اصلی|پیام بازارسال).*$|^\s*_{20,}\s*$",
    re.IGNORECASE,
)
"""What mail programs put before the whole mail that is answered."""
_SAYS_WHO = re.compile(r"(?:wrote|schrieb|écrit|نوشت|نوشته است)\s*:?\s*$", re.IGNORECASE)
_LONGEST_SAYING = 3
"""Lines over which that may be broken."""
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>", re.IGNORECASE)


class Said(NamedTuple):
    """`own` and `quoted` together are the whole. `quoted` empty: nothing is, or nothing else is there."""

    own: str
    quoted: str


def of_text(text: str) -> Said:
    """Of plain words: the lines at the end that begin with `>`, or all from the heading of an older mail on, with the
    line that says who wrote it. An answer between quoted lines, or below them, stays whole."""
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if _HEADING.match(line)), None)
    if start is None:
        start = _trailing(lines)
    return _cut("\n".join(lines[:start]), "\n".join(lines[start:]), text, "\n")


def of_html(html: str) -> Said:
    """Of sanitised HTML: the last quotation outside others, where nothing to read comes after it."""
    depth, start, end = 0, -1, -1
    for found in _TAG.finditer(html):
        if found[2].lower() != "blockquote":
            continue
        if found[1]:
            depth = max(0, depth - 1)
            end = found.end() if depth == 0 else end
        else:
            start = found.start() if depth == 0 else start
            depth += 1
    if start < 0 or depth or _reads(html[end:]):
        return Said(html, "")
    return _cut(html[:start], html[start:], html, "")


def _cut(own: str, quoted: str, whole: str, between: str) -> Said:
    if not quoted or not _reads(own):
        return Said(whole, "")
    return Said(own + between, quoted)


def _trailing(lines: list[str]) -> int:
    """Where the quoted lines at the end begin; their number: there are none."""
    start = last = len(lines)
    while start and (_QUOTED.match(lines[start - 1]) or not lines[start - 1].strip()):
        start -= 1
    while start < last and not lines[start].strip():
        start += 1
    if start == last:
        return last
    before = start
    while before and not lines[before - 1].strip():
        before -= 1
    if not before or not _SAYS_WHO.search(lines[before - 1]):
        return start
    earliest = range(before - 1, max(-1, before - 1 - _LONGEST_SAYING), -1)
    return next((first for first in earliest if _begins_saying(lines[first])), before - 1)


def _begins_saying(line: str) -> bool:
    return line.lstrip().lower().startswith(("on ", "am ", "le ", "در "))


def _reads(part: str) -> bool:
    """Whether there is anything to see."""
    return bool(_TAG.sub("", part).replace("&nbsp;", "").strip()) or "<img" in part.lower()
