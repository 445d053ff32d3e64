"""Garbage goes after so many events, whether Python's own count has grown or not."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from hub.collecting import Collecting


class Knot:
    """Holds on to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def by_hand() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_what_is_new_is_looked_at_every_two_hundred_events() -> None:
    collecting, knot = Collecting(), weakref.ref(Knot())
    collecting.follow(range(199))
    assert knot() is not None
    collecting.follow(range(1))
    assert knot() is None


def test_what_outlived_the_first_look_is_looked_at_once_more_after_some() -> None:
    collecting, held = Collecting(), Knot()
    knot = weakref.ref(held)
    collecting.follow(range(200))
    del held
    for _ in range(3):
        collecting.follow(range(200))
        assert knot() is not None
    collecting.follow(range(200))
    assert knot() is None
