"""Views hold nothing personal, and are the same whether somebody was forgotten before or after they were made."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.contact import Channel
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered, IdentifierObserved, ProfileChanged
from hub.journal.codec import Codec
from hub.journal.personal_keys import PersonalKeys
from hub.projections import customers
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, Log, World

NAME, PHONE = "Negar Ahmadi", "+989121234567"


class SealedLog(Log):
    """The same, with events as a hub stores them, and decoded as the projector does."""

    def __init__(self, keys: PersonalKeys) -> None:
        super().__init__()
        self.codec = Codec(keys=keys)

    def decode(self, stream: str, topic: str, state: bytes):  # type: ignore[no-untyped-def]
        return self.codec.decode_veiled(stream, topic, state)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PersonalKeys]:
    with closing(PersonalKeys(tmp_path_factory.mktemp("keys"), lambda: b"i" * 32)) as made:
        yield made


def dump(log: Log, batch: int = 23) -> dict[str, list[object]]:
    """Every row of every view made from this log."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        Runner(connection, all_projections(), log.read, log.decode, batch).run()
        tables = [table for one in all_projections() for table in one.tables]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables}


@given(chance=CHANCE, steps=st.integers(1, 120))
@LIVES
def test_a_rebuild_after_forgetting_is_equal(keys: PersonalKeys, chance: random.Random, steps: int) -> None:
    log = SealedLog(keys)
    World(chance, log).run(steps)
    before = dump(log)
    keys.forget(sorted({stream for stream in log.versions if stream.startswith("customer-")}))
    assert dump(log) == before
    keys._connection().execute("DELETE FROM keys")
    keys._ciphers.clear()


def test_no_view_holds_what_is_personal(keys: PersonalKeys, tmp_path: Path) -> None:
    log = SealedLog(keys)
    world = World(random.Random(1), log)
    world.add("customer-negar", CustomerRegistered)
    world.add("customer-negar", IdentifierObserved, kind="phone", value=PHONE, verified=True)
    world.add("customer-negar", ProfileChanged, name=NAME)
    contact = world.touch("customer-negar", Channel.SMS)
    world.queue("customer-negar", contact, "service", Channel.SMS, "main")
    file = tmp_path / "views.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        Runner(connection, all_projections(), log.read, log.decode).run()
        alias = keys.alias("value", PHONE)
        assert customers.customers_of_identifier(connection, "phone", alias) == ["customer-negar"]
        world.add("customer-negar", CustomerForgotten, reason="asked for")
        Runner(connection, all_projections(), log.read, log.decode).run()
        assert customers.customers_of_identifier(connection, "phone", alias) == []
        assert customers.forgotten(connection) == ["customer-negar"]
        view = customers.customer(connection, "customer-negar")
        assert view is not None
        assert view.contacts == 1
    data = file.read_bytes()
    assert b"customer-negar" in data
    assert not [word for word in (PHONE, "9121234567", NAME, "Subject", "text text") if word.encode() in data]
