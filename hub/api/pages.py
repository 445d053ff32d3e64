"""The web application's files, held in memory as they were built: names by content are kept by browsers for good, every
address of the application answers with its one page, and nothing runs in it that the hub did not serve."""

import gzip
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from starlette.types import Receive, Scope, Send

ROOT = Path(str(files("hub"))) / "web"
"""Where the build puts them."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'{phones}; media-src 'self' blob:; frame-src 'self' blob:; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_KEPT = "public, max-age=31536000, immutable"
_SMALL = 512
_WORTH = ("text/", "application/javascript", "application/json", "image/svg")
_UNBUILT = (
    b"<!doctype html><title>Contact Path Manager</title><p>The hub runs. Its pages were not built: run <code>make ui"
    b"</code> in the checkout and start it anew. The API is described at <a href=/docs>/docs</a>."
)


@dataclass(frozen=True)
class _File:
    media_type: str
    body: bytes
    worth_packing: bool
    kept: bool

    @cached_property
    def packed(self) -> bytes:
        """The same by gzip, made when a browser first asks for it."""
        return gzip.compress(self.body, 9, mtime=0)


class Pages:
    """An ASGI application. `phones` tells the origin that browsers register at as phones; empty: there is none."""

    def __init__(self, root: Path = ROOT, phones: Callable[[], str] = str) -> None:
        self._files = _read(root)
        self._phones = phones

    @property
    def built(self) -> bool:
        """Whether there is an application to serve."""
        return "index.html" in self._files

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer a GET or HEAD: a file, or the page itself for every address that is none."""
        name = scope["path"].lstrip("/")
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"")
        elif name in self._files and name != "index.html":
            await self._tell(scope, send, self._files[name], [])
        elif name.startswith("assets/"):
            # A page that was built before asks for a part that is no more: it must not take the page for it.
            await _answer(send, 404, [(b"content-type", b"text/plain; charset=utf-8")], b"there is no such file\n")
        elif self.built:
            await self._tell(scope, send, self._files["index.html"], self._page_headers())
        else:
            await _answer(send, 503, [(b"content-type", b"text/html; charset=utf-8")], _UNBUILT)

    def _page_headers(self) -> list[tuple[bytes, bytes]]:
        policy = _POLICY.format(phones=f" {self._phones()}".rstrip())
        return [
            (b"content-security-policy", policy.encode()),
            (b"permissions-policy", b"microphone=(self), camera=(), geolocation=()"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]

    async def _tell(self, scope: Scope, send: Send, file: _File, more: list[tuple[bytes, bytes]]) -> None:
        headers = [
            (b"content-type", file.media_type.encode()),
            (b"cache-control", _KEPT.encode() if file.kept else b"no-cache"),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            *more,
        ]
        body = file.body
        if file.worth_packing:
            headers.append((b"vary", b"accept-encoding"))
            if b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b""):
                body = file.packed
                headers.append((b"content-encoding", b"gzip"))
        await _answer(send, 200, headers, body, told=scope["method"] == "GET")


async def _answer(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, told: bool = True
) -> None:
    headers = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body if told else b""})


def _read(root: Path) -> Mapping[str, _File]:
    if not root.is_dir():
        return {}
    return {path.relative_to(root).as_posix(): _file(path, root) for path in root.rglob("*") if path.is_file()}


def _file(path: Path, root: Path) -> _File:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix == ".js":
        media_type = "text/javascript"
    if path.suffix == ".woff2":
        media_type = "font/woff2"
    body = path.read_bytes()
    worth = len(body) > _SMALL and media_type.startswith(_WORTH)
    told = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    return _File(told, body, worth, path.parent == root / "assets")
