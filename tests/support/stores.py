"""Empty event stores for tests, of each kind, and events to put into them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.domain.agent.events import AgentSignedOff
from hub.domain.event import Event
from hub.journal.store import Store, open_store
from hub.ports import Append, ContactRow, Unit
from hub.settings import Settings

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

OpenStore = Callable[[], Store]


def event(number: int = 1, agent: str = "a") -> Event:
    """Some event, told apart by its number."""
    return AgentSignedOff(at=NOON, recorded_at=NOON, causation=str(number), actor="test", agent_id=agent)


def unit(stream: str, after: int = 0, events: int = 1, contacts: tuple[ContactRow, ...] = ()) -> Unit:
    """A unit of so many events for one stream."""
    return Unit([Append(stream, after, [event(after + number + 1) for number in range(events)])], contacts)


def contact(contact_id: str, stream: str = "customer-1", body: bytes = b"hash") -> ContactRow:
    return ContactRow(contact_id, stream, body)


@pytest.fixture(params=["sqlite", "postgres"])
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty store, once of each kind."""
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path)
    return Settings(data_dir=tmp_path, store_url=request.getfixturevalue("postgres_url"))


@pytest.fixture
def open_another(store_settings: Settings) -> Iterator[OpenStore]:
    """Opens the store as one more process would."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(open_store(store_settings))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def store(open_another: OpenStore) -> Store:
    """An empty store."""
    return open_another()
