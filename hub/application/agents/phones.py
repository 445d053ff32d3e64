"""Phones in agents' browsers: where each registers, and by which password, as whoever runs the PBX set it."""

import logging
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.domain.errors import HubError, NotFoundError

log = logging.getLogger(__name__)


class PhonesError(HubError):
    """The file of agents' phones can't be taken; the message says where it stands and what is wrong."""


class _Phone(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    password: str = Field(min_length=16, repr=False)
    user: str = ""


class _Phones(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^wss://|^ws://(127\.0\.0\.1|localhost|\[::1\])[:/]")
    domain: str = Field(min_length=1)
    agents: dict[str, _Phone] = {}


@dataclass(frozen=True, slots=True)
class AgentPhone:
    """What a phone needs to register. `url`: the WebSocket it speaks SIP over."""

    url: str
    uri: str
    user: str
    password: str


class AgentPhones:
    """Read when it is asked: a password that was changed in the file is good at once. Nothing of it goes on record."""

    def __init__(self, read: Callable[[], str] = str, where: str = "") -> None:
        self._read = read
        self._where = where

    def of(self, agent_id: str) -> AgentPhone:
        """Raises NotFoundError where none is set up, PhonesError."""
        if not self._where:
            raise NotFoundError("no phones of browsers are set up: name their file in HUB_PHONES")
        phones = self._parsed()
        phone = phones.agents.get(agent_id)
        if phone is None:
            raise NotFoundError(f"no phone is set up for agent {agent_id}: give them a password in {self._where}")
        user = phone.user or agent_id
        return AgentPhone(phones.url, f"sip:{user}@{phones.domain}", user, phone.password)

    def origin(self) -> str:
        """Where the pages may open the WebSocket of a phone, as `wss://host:port`; empty: nowhere."""
        if not self._where:
            return ""
        try:
            url = urlsplit(self._parsed().url)
        except PhonesError:
            log.exception("no browser can be a phone")
            return ""
        return f"{url.scheme}://{url.netloc}"

    def _parsed(self) -> _Phones:
        try:
            return _Phones.model_validate(tomllib.loads(self._read()))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise PhonesError(f"{self._where}: {error}") from None
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(str(part) for part in problem["loc"])
            raise PhonesError(f"{self._where}: {place}: {problem['msg']}") from None
