"""Gives browsers the pages of a branch and what they need: read once, sent under a strict policy, from nowhere else."""

import hashlib
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.fonts import FONTS

PAGES = ("kiosk", "desk", "reception", "display", "ticket")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".opus": "audio/ogg",
    ".woff2": "font/woff2",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
OWN = Path(__file__).parent


@dataclass(frozen=True)
class File:
    """One file of the pages, ready to be sent."""

    body: bytes
    media_type: str
    tag: str


def shelf(directory: Path = OWN) -> Mapping[str, File]:
    """Every file a browser may ask for, by its path below the folder: what is not in here can't be reached."""
    found = (one for one in sorted(directory.rglob("*")) if one.is_file() and one.suffix in TYPES)
    return {one.relative_to(directory).as_posix(): _file(one) for one in found}


def _file(path: Path) -> File:
    body = path.read_bytes()
    return File(body, TYPES[path.suffix], f'"{hashlib.sha256(body).hexdigest()[:24]}"')


def asks_for_page(accept: str) -> bool:
    """Whether a browser shows the answer to a person; programs ask for JSON, or for nothing in particular."""
    return "text/html" in accept.lower()


def qr_svg(text: str) -> bytes:
    """A code that a phone's camera reads, black on white whatever the colours around it are."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=8, border=4, light="#fff", xmldecl=False)
    return out.getvalue()


class Pages:
    """The addresses of the pages. `public_url`: how customers' phones reach the branch; empty: as the kiosk does."""

    def __init__(self, public_url: str = "") -> None:
        self._public = public_url.rstrip("/")
        self._shelf = {**shelf(), **shelf(FONTS)}

    def routes(self) -> list[BaseRoute]:
        return [
            *(Route(f"/b/{{branch}}/{name}", self._branch_page(name), methods=["GET"]) for name in PAGES[:-1]),
            Route("/t/{secret}/qr.svg", self._qr, methods=["GET"]),
            Route("/pages/{name:path}", self._asset, methods=["GET"]),
        ]

    def page(self, name: str, known_tag: str = "") -> Response:
        return self._answer(f"{name}.html", known_tag)

    def _branch_page(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def shown(request: Request) -> Response:
            return self.page(name, request.headers.get("if-none-match", ""))

        return shown

    async def _asset(self, request: Request) -> Response:
        return self._answer(request.path_params["name"], request.headers.get("if-none-match", ""))

    async def _qr(self, request: Request) -> Response:
        base = self._public or str(request.base_url).rstrip("/")
        image = qr_svg(f"{base}/t/{request.path_params['secret']}")
        return Response(image, media_type=TYPES[".svg"], headers=HEADERS | {"Cache-Control": "private, max-age=3600"})

    def _answer(self, name: str, known_tag: str) -> Response:
        file = self._shelf.get(name)
        if file is None:
            return Response(f"There is no page {name[:80]!r} here.", 404, HEADERS, "text/plain")
        headers = HEADERS | {"ETag": file.tag}
        if known_tag == file.tag:
            return Response(status_code=304, headers=headers)
        return Response(file.body, headers=headers, media_type=file.media_type)
