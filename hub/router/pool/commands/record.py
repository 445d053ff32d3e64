"""How a command is kept with the decisions it led to, so that they can be taken again."""

import re
from dataclasses import fields
from functools import cache
from typing import Any

from hub.router.pool.commands.command import Command
from hub.router.pool.commands.customers import TakeUp
from hub.router.pool.commands.supervisors import AdoptPolicy


def as_tuple(command: Command) -> tuple[str, float, tuple[Any, ...]]:
    """Kind, time (epoch seconds) and arguments: the input of replay. Nothing personal is kept outside its customer's
    stream: of a contact only its id, and no thread, which may be somebody's number: the facts that the command led to
    stand in the stream of the interaction it was about. Of a policy only its version."""
    kind, arguments = _kind(type(command))
    at = command.at.timestamp()
    if isinstance(command, TakeUp):
        return kind, at, (command.contact.contact_id,)
    if isinstance(command, AdoptPolicy):
        return kind, at, (command.version, command.waiting)
    return kind, at, tuple("" if name in _PERSONAL else getattr(command, name) for name in arguments)


_PERSONAL = ("thread",)


@cache
def _kind(command: type[Any]) -> tuple[str, tuple[str, ...]]:
    """The word for a kind of command, and the names of its own fields in order."""
    word = re.sub("(?<!^)(?=[A-Z])", "_", command.__name__).lower()
    return word, tuple(one.name for one in fields(command))[3:]
