"""What an installation decides about calls that wait in Kamailio: the table `[kamailio]` of channels.toml."""

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.channels.phone.settings import Line, PhoneSettings
from hub.settings import SettingsError

Edge = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Uri = Annotated[str, Field(max_length=200, pattern=r"^sips?:[^\s|]+$")]
"""Orders to Kamailio are parted by `|`."""
Status = Annotated[int, Field(ge=400, le=699)]

_REFUSED = {"": 480, "full": 486}


class KamailioSettings(BaseModel):
    """All of it; only where agents' phones are must be given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edges: tuple[Edge, ...] = Field(default=("edge1",), min_length=1)
    """The names of the Kamailios, as each has it in its local.cfg."""
    agent_uris: tuple[Uri, ...] = Field(min_length=1)
    """Where agents' phones are reached, `{agent}` their id; of several, such as one an Asterisk, each agent has one,
    and the next where that one does not answer."""
    agents: dict[str, Uri] = {}
    """The same of those whose is another."""
    fallback: Uri | None = None
    """Who takes calls that the hub does not: an Asterisk with a queue of its own. None: they are refused by 503."""
    ring_seconds: int = Field(default=20, ge=1, le=300)
    hub_patience_seconds: float = Field(default=5, gt=0, le=60)
    """A call that the hub has not confirmed by then goes to the fallback."""
    check_seconds: float = Field(default=10, gt=0, le=600)
    """How often each Kamailio is asked for all its calls: what it told and nobody heard is found out then."""
    calls_at_once: int = Field(default=10_000, ge=1)
    """More of them go to the fallback."""
    calls_a_minute_of_one_caller: int = Field(default=30, ge=1)
    """More of them are told 486."""
    refused: dict[str, Status] = _REFUSED
    """Which status callers are told by reason (`closed`, `full`, ...); under an empty one, for all others."""
    lines: dict[str, Line] = {}
    nats_url: str = ""
    """Where Kamailio speaks; empty: the hub's own."""

    @cached_property
    def phone(self) -> PhoneSettings:
        """The same for the rules of calls: nobody here says or plays anything."""
        return PhoneSettings(
            outbound=False,
            ring_seconds=max(3, self.ring_seconds),
            hub_patience_seconds=self.hub_patience_seconds,
            calls_at_once=self.calls_at_once,
            calls_a_minute_of_one_caller=self.calls_a_minute_of_one_caller,
            answer_at_once=False,
            announce=False,
            refused={},
            goodbye=(),
            voicemail=None,
            lines=self.lines,
        )

    def uris(self, agent_id: str) -> tuple[str, str]:
        """Where this agent's phone is, and where else; that may be empty."""
        if agent_id in self.agents:
            return self.agents[agent_id], ""
        first = int.from_bytes(sha256(agent_id.encode()).digest()[:4]) % len(self.agent_uris)
        turned = [self.agent_uris[(first + more) % len(self.agent_uris)] for more in range(len(self.agent_uris))]
        found = [uri.replace("{agent}", agent_id) for uri in turned]
        return found[0], found[1] if len(found) > 1 else ""

    def status(self, reason: str) -> int:
        """What a caller is told who is refused for this reason."""
        return self.refused.get(reason) or self.refused.get("") or _REFUSED[""]


def kamailio_settings(table: Mapping[str, Any]) -> KamailioSettings:
    """From the table. Raises SettingsError."""
    try:
        return KamailioSettings.model_validate(table)
    except ValidationError as error:
        told = [f"[kamailio] {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise SettingsError("channels.toml: " + "; ".join(told)) from None
