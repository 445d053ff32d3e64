"""The script that pages load: its parts, put together and made small, without the comments and the indentation that
their readers have."""

import re
from pathlib import Path
from typing import Final

from hub.settings import SettingsError

PARTS: Final = ("words", "look", "page", "connection", "saying", "drawing", "forms", "opening")
"""In this order: each knows those before it."""
IN_CHECKOUT: Final = Path(__file__).parents[3] / "ui" / "chat"
_BESIDE = Path(__file__).with_name("parts")
_INDENTATION = re.compile(r"^\s+", re.MULTILINE)
_COMMENT = re.compile(r"^(?://[^\n]*|/\*.*?\*/)\n", re.MULTILINE | re.DOTALL)
"""One that begins a line and ends one."""


def widget() -> bytes:
    """What is served. Raises SettingsError where it is not installed."""
    for folder in (_BESIDE, IN_CHECKOUT):
        if folder.is_dir():
            inside = "".join((folder / f"{name}.js").read_text("utf-8") for name in PARTS)
            small = _COMMENT.sub("", _INDENTATION.sub("", inside))
            return f'if(!window.hubChat)(()=>{{"use strict";\n{small}}})();\n'.encode()
    raise SettingsError(f"the chat's script is not installed: {_BESIDE} is missing")
