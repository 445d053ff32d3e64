"""API keys: made, listed and revoked whether a hub runs or not."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any, TypeVar

from hub.application.access.keys import AccessKeys
from hub.domain.access.events import Role
from hub.operations.beside import with_journal
from hub.operations.known_key import wait_until_known
from hub.settings import Settings

T = TypeVar("T")


def issue_key(settings: Settings, role: Role, name: str, agent_id: str) -> dict[str, Any]:
    """A new API key: `key_id` and, this once, its `token`. A hub that runs here takes it when this returns."""
    made = _with_keys(settings, lambda keys: keys.issue(role, name, agent_id))
    with suppress(KeyboardInterrupt):  # who does not wait is told it all the same: it is good
        wait_until_known(settings, made.token)
    return asdict(made)


def list_keys(settings: Settings) -> list[dict[str, Any]]:
    """Every key that was ever made, without its hash."""
    found = _with_keys(settings, lambda keys: keys.list())
    return [{name: value for name, value in asdict(key).items() if name != "sha256"} for key in found]


def revoke_key(settings: Settings, key_id: str) -> None:
    """A key is good no longer."""
    _with_keys(settings, lambda keys: keys.revoke(key_id))


def _with_keys(settings: Settings, ask: Callable[[AccessKeys], Awaitable[T]]) -> T:
    return with_journal(settings, lambda journal, clock: ask(AccessKeys(journal, clock)))
