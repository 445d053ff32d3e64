"""Drafts are kept beside either store: the last of a revision wins, and forgetting a customer ends what was typed."""

from collections.abc import AsyncIterator

import pytest

from hub.journal.aside import Database, SqliteDatabase
from hub.journal.aside_postgres import PostgresDatabase
from hub.journal.codec import Codec
from hub.journal.drafts import Drafts, ForgottenError, Key
from hub.journal.store import personal_keys
from hub.settings import Settings

REPLY = Key("interaction-1", "ann", "reply")
MINA = "customer-mina"


def database(settings: Settings) -> Database:
    if settings.is_postgres:
        return PostgresDatabase(settings.store_url)
    return SqliteDatabase(settings.data_dir / "drafts.sqlite")


@pytest.fixture
async def drafts(store_settings: Settings) -> AsyncIterator[Drafts]:
    made = Drafts(database(store_settings), Codec(keys=personal_keys(store_settings)))
    yield made
    await made.close()


async def test_the_last_of_a_revision_wins(drafts: Drafts) -> None:
    assert await drafts.get(REPLY) is None
    assert await drafts.put(REPLY, MINA, 0, b"one", 1_000) == 1
    assert await drafts.put(REPLY, MINA, 0, b"other tab", 2_000) is None
    assert await drafts.put(REPLY, MINA, 1, b"two", 3_000) == 2
    assert await drafts.put(REPLY, MINA, 1, b"late", 4_000) is None
    kept = await drafts.get(REPLY)
    assert kept is not None
    assert (kept.key, kept.customer_id, kept.revision, kept.saved_ms, kept.words) == (REPLY, MINA, 2, 3_000, b"two")


async def test_what_was_deleted_and_goes_on_being_typed_is_there_again(drafts: Drafts) -> None:
    await drafts.put(REPLY, MINA, 0, b"one", 1)
    await drafts.delete(REPLY)
    assert await drafts.get(REPLY) is None
    assert await drafts.put(REPLY, MINA, 1, b"two", 2) == 2


async def test_each_agent_place_and_kind_has_its_own(drafts: Drafts) -> None:
    keys = [REPLY, REPLY._replace(kind="note"), REPLY._replace(agent_id="ben"), REPLY._replace(place=MINA)]
    for number, key in enumerate(keys):
        assert await drafts.put(key, MINA, 0, b"%d" % number, number) == 1
    assert [one.key for one in await drafts.of_agent("ann")] == [keys[3], keys[1], keys[0]]
    await drafts.delete_older(3)
    assert [one.key for one in await drafts.of_agent("ann")] == [keys[3]]
    assert await drafts.of_agent("ben") == []


async def test_it_is_there_after_a_restart_and_nobody_reads_it_in_the_file(store_settings: Settings) -> None:
    first = Drafts(database(store_settings), Codec(keys=personal_keys(store_settings)))
    await first.put(REPLY, MINA, 0, b"where is my card", 1)
    await first.close()
    bare = Drafts(database(store_settings), Codec())
    assert b"card" not in (await bare.of_agent("ann"))[0].words
    await bare.close()
    second = Drafts(database(store_settings), Codec(keys=personal_keys(store_settings)))
    kept = await second.get(REPLY)
    assert kept is not None
    assert kept.words == b"where is my card"
    await second.close()


async def test_who_is_forgotten_takes_what_was_typed_along(store_settings: Settings) -> None:
    keys = personal_keys(store_settings)
    drafts = Drafts(database(store_settings), Codec(keys=keys))
    await drafts.put(REPLY, MINA, 0, b"one", 1)
    keys.forget([MINA])
    kept = await drafts.get(REPLY)
    assert kept is not None
    assert kept.words == b""
    with pytest.raises(ForgottenError):
        await drafts.put(REPLY, MINA, 1, b"two", 2)
    await drafts.close()
