"""Whether a request that brings a cookie was made by the hub's own pages: no other site may have a browser act for who
is signed in."""

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


def is_own(method: str, headers: Mapping[bytes, bytes], public_origin: str) -> bool:
    """By what browsers say of themselves: where the request comes from (`Sec-Fetch-Site`), else on whose page it was
    made (`Origin`). What changes nothing may say neither, as browsers do where an address is typed in; a stream or a
    read from another site is refused all the same."""
    site, origin = headers.get(b"sec-fetch-site", b""), headers.get(b"origin", b"").decode("latin-1")
    if site:
        return site == b"same-origin" or (site == b"none" and method in SAFE)
    if origin:
        host = headers.get(b"host", b"").decode("latin-1")
        return origin == public_origin or (bool(host) and urlsplit(origin).netloc == host)
    return method in SAFE


def is_foreign(headers: Mapping[bytes, bytes], public_origin: str) -> bool:
    """Whether a browser says that another site's page makes this request; programs say nothing."""
    told = b"sec-fetch-site" in headers or b"origin" in headers
    return told and not is_own("GET", headers, public_origin)
