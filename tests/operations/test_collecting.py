"""Garbage goes after so many events, whether Python's own count has grown or not."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from hub.collecting import Collecting, importing


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


def test_what_is_imported_is_never_looked_through() -> None:
    gc.enable()
    kept = gc.get_freeze_count()
    with importing():
        assert not gc.isenabled()
        stays = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= kept + len(stays)
    gc.unfreeze()


def test_who_collects_by_hand_goes_on_to_after_an_import() -> None:
    with importing():
        pass
    gc.unfreeze()
    assert not gc.isenabled()
