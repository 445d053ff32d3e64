"""The cookie that a session lives in: for this host alone, over TLS or loopback alone, out of reach of scripts."""

from starlette.responses import Response

COOKIE = "__Host-hub"
_START = COOKIE.encode() + b"="


def token_in(cookies: bytes) -> bytes:
    """The session's token in a `Cookie` header; empty: there is none."""
    for part in cookies.split(b";"):
        named = part.strip()
        if named.startswith(_START):
            return named[len(_START) :]
    return b""


def keep(response: Response, token: str, seconds: int) -> None:
    """Have the browser keep it. It is sent along from the hub's own pages only, so that it is a page, and no link on
    another site, that acts for who is signed in."""
    response.set_cookie(COOKIE, token, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict")


def drop(response: Response) -> None:
    """Have the browser forget it."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
