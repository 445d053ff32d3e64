"""Writes the requests that a mapping asks for: pure."""

from collections.abc import Mapping as Table
from typing import Any, NamedTuple
from urllib.parse import quote

from hub.channels.filling import filled_all
from hub.channels.messaging_webhooks.mapping import PLACE


class Request(NamedTuple):
    """`body`: None where nothing is sent along."""

    url: str
    headers: dict[str, str]
    body: Any = None


def request(url: str, headers: Table[str, str], body: Any, words: Table[str, str]) -> Request:
    """With its places filled. What begins a url stands there as it is; behind it, it is quoted."""
    quoted = {name: quote(one, safe="/:") for name, one in words.items()}
    begins = {name: one for name, one in words.items() if url.startswith(f"{{{name}}}")}
    first = next(iter(begins), "")
    beginning = begins.get(first, "")
    rest = url.removeprefix(f"{{{first}}}") if first else url
    return Request(
        beginning + _filled(rest, quoted),
        {name: _filled(one, words) for name, one in headers.items()},
        filled_all(body, lambda one: _filled(one, words)),
    )


def _filled(text: str, words: Table[str, str]) -> str:
    """In one go: what a customer wrote fills nothing in."""
    return PLACE.sub(lambda one: words.get(one[1], one[0]), text)
