"""What a SIP status means in the causes of telephony (Q.850), by which the rules of calls are written (RFC 3398)."""

_NORMAL, _REJECTED, _BUSY, _NO_ANSWER, _NO_SUCH, _FAILURE = 16, 21, 17, 19, 1, 41
_CAUSES = {
    200: _NORMAL, 401: _REJECTED, 403: _REJECTED, 404: _NO_SUCH, 408: _NO_ANSWER, 410: _NO_SUCH, 480: _NO_ANSWER,
    481: _FAILURE, 486: _BUSY, 487: _NORMAL, 600: _BUSY, 603: _REJECTED, 604: _NO_SUCH,
}  # fmt: skip


def cause(status: int) -> int:
    """Of a line that ended with it."""
    return _CAUSES.get(status, _FAILURE)
