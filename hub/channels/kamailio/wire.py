"""What Kamailio tells and is told on the bus: how a call stands, all calls there are, and orders."""

import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import orjson

from hub.domain.errors import InvalidError
from hub.domain.interaction.two_ends import THREAD_OF_TWO_ENDS

THREAD = THREAD_OF_TWO_ENDS
"""What the threads of all calls begin with; the edge and Kamailio's name of the call follow."""
_KEY = re.compile(r"\d{9,12}\.\d{1,6}\.\d+")
_NOBODY = re.compile(r"anonymous|unavailable|unknown|restricted|", re.IGNORECASE)


class State(StrEnum):
    """Of a call in Kamailio."""

    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Stands:
    """How one call stands. `turn`: how often a phone was rung, by the numbers that the adapter gives; `code`: the SIP
    status by which the last one was over, 0 where none was. `nonce`: of the question it answers; empty: it is news."""

    edge: str
    run: str
    key: str
    state: State
    turn: int = 0
    code: int = 0
    by: str = ""
    caller: str = ""
    dialled: str = ""
    nonce: str = ""

    @property
    def thread(self) -> str:
        """Of its conversation, and the id of its contact."""
        return f"{THREAD}{self.edge}-{self.key}"

    @property
    def began(self) -> datetime:
        """Kamailio names calls by it."""
        return began(self.key)


@dataclass(frozen=True, slots=True)
class All:
    """The question was answered: so many calls there are."""

    edge: str
    run: str
    nonce: str
    count: int


@dataclass(frozen=True, slots=True)
class Order:
    """What a Kamailio is to do with a call."""

    edge: str
    do: str
    key: str = ""
    turn: int = 0
    more: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """As Kamailio takes it apart."""
        return "|".join((self.edge, self.do, self.key, str(self.turn), *self.more)).encode()


def told(body: bytes) -> Stands | All:
    """What Kamailio tells. Raises InvalidError."""
    try:
        said = orjson.loads(body)
        edge, run, nonce = str(said["edge"]), str(said["run"]), str(said.get("nonce", ""))
        if "all" in said:
            return All(edge, run, nonce, int(said["all"]))
        state, turn, code, by, caller, dialled = str(said["stands"]).split(":")
        key = str(said["key"])
        if not _KEY.fullmatch(key):
            raise InvalidError(f"{key[:80]!r} names no call", "key")
        return Stands(
            edge, run, key, State(state), int(turn), int(code), by, _number(_plain(caller)), _plain(dialled), nonce
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidError(f"this is nothing that our Kamailio tells: {error!r}") from None


def place(thread: str) -> tuple[str, str]:
    """The edge and the key of a call of ours."""
    edge, _, key = thread.removeprefix(THREAD).rpartition("-")
    return edge, key


def began(key: str) -> datetime:
    """When the call of this name came in."""
    seconds, micros, _ = key.split(".")
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(micros))


def _plain(text: str) -> str:
    """The caller wrote it: whatever it is."""
    plain = b64decode(text, validate=True).decode("utf-8", "replace")
    return "".join(one for one in plain if one.isprintable())[:320]


def _number(user: str) -> str:
    """Empty: withheld."""
    return "" if _NOBODY.fullmatch(user) else user
