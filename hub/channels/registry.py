"""The adapters that come with the hub: by name, how each is made of its table in channels.toml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from hub.channels.attachments import Attachments
from hub.channels.ledger import Ledger
from hub.channels.link import Link
from hub.channels.unreached import Unreached
from hub.domain.contact import Channel
from hub.domain.errors import NotFoundError
from hub.ports import Clock


@dataclass(frozen=True, slots=True)
class Place:
    """What an adapter is given of the machine it runs on. `directory` is its own, and there is nobody else in it."""

    directory: Path
    ledger: Ledger
    attachments: Attachments
    clock: Clock
    phone_region: str
    nats_url: str = ""
    """The bus, for what speaks there beside the hub; `bus_seed` is the adapter's key."""
    bus_seed: str = ""
    unreached: Unreached = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "unreached", Unreached(self.clock))


class Adapter(Protocol):
    """One adapter, ready to run."""

    async def run(self, link: Link) -> None:
        """Until it is cancelled. What it raises ends the adapter: only for what a person has to mend."""
        ...


Make = Callable[[Mapping[str, Any], Place], Adapter]
"""Makes an adapter of its table. Raises SettingsError that names the field."""


class Kind(Protocol):
    """What a module of an adapter offers. One with `GOES_ALONE = True` runs before there is a bus, and without one."""

    CHANNEL: Channel
    make: Make


_MODULES = {
    "branch": "hub.channels.branch.adapter",
    "chat": "hub.channels.chat.adapter",
    "email": "hub.channels.email.adapter",
    "messaging_webhooks": "hub.channels.messaging_webhooks.adapter",
    "kamailio": "hub.channels.kamailio.adapter",
    "phone": "hub.channels.phone.adapter",
    "sms": "hub.channels.sms.adapter",
    "voice_webhooks": "hub.channels.voice_webhooks.adapter",
}
"""Loaded when they are asked for: none needs the libraries of another."""


def kinds() -> tuple[str, ...]:
    """The adapters there are."""
    return tuple(_MODULES)


def kind(name: str) -> Kind:
    """The adapter of this name. Raises NotFoundError."""
    if name not in _MODULES:
        raise NotFoundError(f"there is no adapter {name!r}: there are {', '.join(_MODULES)}")
    module: Any = import_module(_MODULES[name])
    return module  # type: ignore[no-any-return]
