"""From the text of a policy to its values, and the version that names them."""

import hashlib
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from hub.policies.findings import PolicyError, Problem

DERIVED = {
    "version": "there is no such field: the version is derived from the text",
    "text": "there is no such field: the text is the file itself",
}
"""Fields of a policy that no file has."""


class Written(NamedTuple):
    """The values of a text, `version` and `text` among them, and the fields that it may not have."""

    values: dict[str, Any]
    problems: list[Problem]


def written(text: str, name: str) -> Written:
    """What a TOML text says; `name` is what the error calls it. Raises PolicyError where it is not even TOML."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name}: this is not TOML: {error}") from None
    problems: list[Problem] = [((field,), message) for field, message in DERIVED.items() if field in values]
    return Written({**values, "version": version_of(text), "text": text}, problems)


def version_of(text: str) -> str:
    """Equal texts are equal policies."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def text_of(path: Path) -> str:
    """Raises PolicyError for a file that can't be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"policy {path} can't be read: {error}") from None


def shipped(package: str) -> str:
    """The text of the policy that ships with the hub in a package."""
    return resources.files(package).joinpath("default_policy.toml").read_text("utf-8")
