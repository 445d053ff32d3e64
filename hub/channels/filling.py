"""Fills the places of a request's body that a mapping writes, however deep they stand."""

from collections.abc import Callable
from typing import Any


def filled_all(value: Any, fill: Callable[[str], str]) -> Any:
    """The same tables and lists, each text in them as `fill` makes it."""
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, dict):
        return {name: filled_all(one, fill) for name, one in value.items()}
    if isinstance(value, list):
        return [filled_all(one, fill) for one in value]
    return value
