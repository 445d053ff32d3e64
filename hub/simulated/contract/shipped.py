"""The wires that come with the hub for adapters that do: `hub channel check NAME` plays them."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any, Protocol

from hub.channels.registry import kind
from hub.domain.errors import NotFoundError
from hub.simulated.contract.driver import Driver


class ShippedWire(Protocol):
    """What a module here offers. `CHANNEL`: the adapter's name on the bus. `LEFT_OUT`: rules that this wire can't try,
    each with the reason."""

    CHANNEL: str
    LEFT_OUT: Mapping[str, str]

    def driver(self, environment: Mapping[str, str]) -> AbstractAsyncContextManager[Driver]:
        """A driver of an adapter that finds its hub by this environment."""
        ...


_MODULES = {
    "branch": "hub.simulated.contract.branch_driver",
    "chat": "hub.simulated.contract.chat_driver",
    "kamailio": "hub.simulated.contract.kamailio_driver",
    "email": "hub.simulated.contract.email_driver",
    "sms": "hub.simulated.contract.sms_driver",
    "messaging_webhooks": "hub.simulated.contract.messaging_webhooks_driver",
    "voice_webhooks": "hub.simulated.contract.voice_webhooks_driver",
}


def shipped_wire(name: str) -> ShippedWire:
    """The wire of the adapter of this name. Raises NotFoundError that says what to do instead."""
    kind(name)
    if name not in _MODULES:
        raise NotFoundError(
            f"no wire of {name} comes with the hub, for its peer does not: there are {', '.join(_MODULES)}. "
            f"`hub channel check --channel {name} --drive PROGRAM` tries it with one of yours"
        )
    module: Any = import_module(_MODULES[name])
    return module  # type: ignore[no-any-return]
