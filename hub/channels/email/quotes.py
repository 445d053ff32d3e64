"""Finds what is new in a mail that repeats the ones before it."""

import quotequail  # type: ignore[import-untyped]

from hub.channels.email.words import quietly

MOST_TEXT = 100_000
"""Characters of a contact's text; the original holds the rest."""
LONGEST_LINE = 2_000
MOST_LINES = 3_000
"""Of a text in which more is looked for than marked lines: beyond them it takes too long."""


def new_words(text: str) -> str:
    """Without the quoted mail below, or around: lines that answer between quoted ones stay. Nothing new is left? Then
    it is all of it."""
    lines = [line.rstrip() for line in text[: 2 * MOST_TEXT].splitlines()]
    whole = "\n".join(lines).strip("\n")
    new = "\n\n".join(part for part in _kept(whole) if part.strip())
    return (new if new.strip() else whole)[:MOST_TEXT]


def _kept(whole: str) -> tuple[str, str]:
    """What stands above the quotation, and what between and below its lines."""
    lines = whole.splitlines()
    parts = [(True, whole)]
    if len(lines) <= MOST_LINES and all(len(line) <= LONGEST_LINE for line in lines):
        parts = quietly(lambda: quotequail.quote(whole, limit=2 * MOST_LINES, quote_intro_line=True), parts)
    top = "\n".join(part for is_new, part in parts if is_new)
    rest = "\n".join(part for is_new, part in parts if not is_new)
    if not rest:
        lines = top.split("\n")
        first = next((index for index, line in enumerate(lines) if _is_marked(line)), len(lines))
        top, rest = "\n".join(lines[:first]), "\n".join(lines[first:])
    return top.rstrip(), _between(rest)


def _between(rest: str) -> str:
    """What has no marked line is an old mail to its end."""
    lines = rest.splitlines()
    first = next((index for index, line in enumerate(lines) if _is_marked(line)), len(lines))
    return "\n".join(line for line in lines[first:] if not _is_marked(line)).strip("\n")


def _is_marked(line: str) -> bool:
    return line.lstrip().startswith(">")
