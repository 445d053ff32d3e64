"""Who may do what: the secret of a ticket, the token of a desk or of the reception. Made with a key, kept nowhere."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

WORKING_HOURS = 14
"""After which who did not sign out is signed out."""


class AtDesk(NamedTuple):
    """Who sat down where, and when."""

    branch: str
    desk: str
    agent: str
    since: str


class Passes:
    """`agents` and `receptions`: their PINs."""

    def __init__(self, key: bytes, agents: Mapping[str, str], receptions: Mapping[str, str]) -> None:
        self._key = key
        self._agents = agents
        self._receptions = receptions

    def secret(self, visit: str) -> str:
        """Of a ticket: whoever has it sees it."""
        name = urlsafe_b64encode(visit.encode()).decode().rstrip("=")
        return f"{name}.{self._sign('ticket', visit)[:22]}"

    def visit(self, secret: str) -> str:
        """Whose it is; empty: nobody's."""
        name, _, signed = secret.partition(".")
        visit = _decoded(name)
        fits = hmac.compare_digest(signed.encode(), self._sign("ticket", visit)[:22].encode())
        return visit if visit and fits else ""

    def is_agent(self, agent: str, pin: str) -> bool:
        """Whether this is their PIN."""
        return hmac.compare_digest(self._agents.get(agent, "").encode() or b"\0", pin.encode())

    def is_reception(self, branch: str, pin: str) -> bool:
        """Whether this is its PIN."""
        return hmac.compare_digest(self._receptions.get(branch, "").encode() or b"\0", pin.encode())

    def desk(self, one: AtDesk) -> str:
        """A token, good as long as they sit there."""
        return self._token("desk", *one)

    def at_desk(self, token: str) -> AtDesk | None:
        """Whose it is."""
        words = self._words("desk", token, 4)
        return AtDesk(*words) if words else None

    def reception(self, branch: str, at: datetime) -> str:
        """A token, good for a working day."""
        return self._token("reception", branch, f"{at.timestamp() + WORKING_HOURS * 3600:.0f}")

    def at_reception(self, token: str, at: datetime) -> str:
        """Of which branch; empty: of none."""
        words = self._words("reception", token, 2)
        return words[0] if words and float(words[1]) >= at.timestamp() else ""

    def _token(self, kind: str, *words: str) -> str:
        said = "\n".join(words)
        return f"{urlsafe_b64encode(said.encode()).decode().rstrip('=')}.{self._sign(kind, said)}"

    def _words(self, kind: str, token: str, count: int) -> list[str]:
        name, _, signed = token.partition(".")
        said = _decoded(name)
        words = said.split("\n")
        fits = len(words) == count and hmac.compare_digest(signed.encode(), self._sign(kind, said).encode())
        return words if fits else []

    def _sign(self, kind: str, said: str) -> str:
        made = hmac.digest(self._key, f"{kind}\n{said}".encode(), sha256)
        return urlsafe_b64encode(made).decode().rstrip("=")


def _decoded(name: str) -> str:
    try:
        return urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except ValueError:
        return ""
