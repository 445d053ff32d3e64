"""What is told of a message before its name is written down is looked for again, and then comes again."""

from collections.abc import Iterator

import pytest

from hub.channels.ledger import Made, State
from hub.channels.unnamed import NotKnownYetError, looked_for

MADE = Made("contact-1", State.LEFT, "wire-1", "thread-1")


@pytest.fixture(autouse=True)
def looks_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.channels.unnamed._LOOKS_AGAIN", (0.0, 0.0))


def found(*each: Made | None) -> Iterator[Made | None]:
    return iter(each)


async def test_it_is_found_once_its_name_is_written_down() -> None:
    looks = found(None, MADE)
    assert await looked_for(lambda: next(looks), lambda: True, told_again=True) == MADE


async def test_where_nothing_is_on_its_way_out_nobody_waits() -> None:
    looks = found(None)
    assert await looked_for(lambda: next(looks), lambda: False, told_again=True) is None


async def test_what_is_on_its_way_for_long_is_to_be_told_again() -> None:
    with pytest.raises(NotKnownYetError):
        await looked_for(lambda: None, lambda: True, told_again=True)


async def test_what_would_be_told_again_in_vain_is_looked_for_once_more() -> None:
    looks = found(None, None, MADE)
    assert await looked_for(lambda: next(looks), lambda: True, told_again=False) == MADE
