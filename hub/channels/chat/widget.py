"""The script that pages load, made small: without the comments and the indentation that its readers have."""

import re
from pathlib import Path

from hub.settings import SettingsError

_BESIDE = Path(__file__).with_name("chat.js")
_IN_CHECKOUT = Path(__file__).parents[3] / "ui" / "chat" / "chat.js"
_INDENTATION = re.compile(r"^\s+", re.MULTILINE)
_COMMENT = re.compile(r"^(?://.*|/\*.*?\*/)\n", re.MULTILINE | re.DOTALL)
"""One that begins a line and ends one."""


def widget() -> bytes:
    """What is served. Raises SettingsError where it is not installed."""
    for file in (_BESIDE, _IN_CHECKOUT):
        if file.exists():
            return small(file.read_text()).encode()
    raise SettingsError(f"the chat's script is not installed: {_BESIDE} is missing")


def small(script: str) -> str:
    """The same program, in fewer bytes."""
    return _COMMENT.sub("", _INDENTATION.sub("", script))
