"""What one look at an installation finds."""

from typing import NamedTuple


class Check(NamedTuple):
    """`ok` with an advice is a warning: it works, for now. Not `ok`: the hub would not run, or not safely."""

    name: str
    ok: bool
    what: str
    """What was found."""
    advice: str = ""
    """What to do about it; empty if there is nothing to do."""

    @property
    def sign(self) -> str:
        """`ok`, `warning` or `problem`."""
        if not self.ok:
            return "problem"
        return "warning" if self.advice else "ok"


def good(name: str, what: str) -> Check:
    """Nothing to do."""
    return Check(name, ok=True, what=what)


def warning(name: str, what: str, advice: str) -> Check:
    """It works, but somebody should look."""
    return Check(name, ok=True, what=what, advice=advice)


def problem(name: str, what: str, advice: str) -> Check:
    """It does not work, or not safely."""
    return Check(name, ok=False, what=what, advice=advice)
