"""The customer as a whole: everything from every channel, once, newest first, with what came of it."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.views.customer_view import EXCERPT, Facts, shown_contact
from hub.domain.contact import Channel
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    Customer,
    CustomerRegistered,
    IdentifierObserved,
    evolve,
)
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionAbandoned,
    InteractionExpired,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    WrapUpCompleted,
)
from hub.domain.interaction.state import OVER
from hub.projections import customers
from hub.projections import interactions as work
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, Log, World


def project(log: Log, batch: int = 29) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, all_projections(), log.read, log.decode, batch).run()
    return connection


def facts_of(log: Log) -> Facts:
    """Where screens read what views don't hold."""
    return {row.position: event for row, (_, event) in zip(log.rows, log.events, strict=True)}


def timeline(connection: sqlite3.Connection, stream: str, limit: int = 50) -> list[customers.TimelineContact]:
    return customers.timeline_of(connection, [stream], limit)


@pytest.fixture
def log() -> Log:
    return World(random.Random(4)).run(900)


@pytest.fixture
def connection(log: Log) -> Iterator[sqlite3.Connection]:
    connection = project(log)
    yield connection
    connection.close()


@given(chance=CHANCE, steps=st.integers(1, 250), batch=st.integers(1, 50))
@LIVES
def test_the_view_agrees_with_the_domain(chance: random.Random, steps: int, batch: int) -> None:
    log = World(chance).run(steps)
    connection = project(log, batch)
    truth: dict[str, Customer] = {}
    taken_up: dict[str, str] = {}
    talking: dict[tuple[str, str, str], str] = {}
    came: dict[str, tuple[str, str, str]] = {}
    for stream, event in log.events:
        if isinstance(event, ContactReceived):
            came[event.contact_id] = stream, event.channel, event.thread
        if isinstance(event, InteractionQueued) and event.pool != "history" and not event.consult_of:
            talking[event.customer_id, event.channel, event.thread] = stream
        elif isinstance(event, InteractionReopened):
            talking[came[event.contact_id]] = stream
        elif isinstance(event, InteractionAbandoned | InteractionExpired | WrapUpCompleted):
            talking = {thread: one for thread, one in talking.items() if one != stream}
        elif isinstance(event, ContactSent):
            taken_up[event.contact_id] = talking.get((stream, event.channel, event.thread), "")
        if stream.startswith("customer-"):
            truth[stream] = evolve(truth.get(stream, Customer()), event)
        elif isinstance(event, InteractionQueued | ContactAttached | InteractionRefused | InteractionReopened):
            taken_up[event.contact_id] = stream
    for stream, customer in truth.items():
        view = customers.customer(connection, stream)
        assert view is not None
        assert (view.contacts, view.registered_at) == (customer.contacts, customer.registered_at)
        for one in customer.identifiers:
            assert stream in customers.customers_of_identifier(connection, one.kind, one.value, 10_000)
        shown = timeline(connection, stream, limit=10_000)
        facts = [event for at, event in log.events if at == stream and isinstance(event, ContactReceived | ContactSent)]
        assert [one.contact_id for one in sorted(shown, key=lambda one: one.position)] == [
            fact.contact_id for fact in facts
        ]
        assert [one.at for one in shown] == sorted((fact.at for fact in facts), reverse=True)
        assert {one.contact_id: one.interaction_id for one in shown} == {
            fact.contact_id: taken_up.get(fact.contact_id, "") for fact in facts
        }
        assert {(one.channel, one.direction): one.contacts for one in view.counts} == Counter(
            (one.channel, one.direction) for one in shown
        )
        assert (view.first_contact_at, view.last_contact_at) == (
            min((fact.at for fact in facts), default=None),
            max((fact.at for fact in facts), default=None),
        )
        assert {row.id for row in view.open_interactions} == {
            row.id
            for row in work.interactions(connection, limit=10_000)
            if row.customer_id == stream and row.phase not in OVER and not row.consult_of
        }
    connection.close()


@pytest.mark.parametrize("batch", [1, 100])
def test_what_we_send_belongs_to_what_is_open_on_its_thread(batch: int) -> None:
    world = World(random.Random(1))
    customer, other = world.customer(), "customer-other"
    world.add(other, CustomerRegistered)
    sent = {"before": world.send(customer, Channel.EMAIL, "contact-2")}
    asked = world.touch(customer, Channel.EMAIL)
    interaction = world.queue(customer, asked, "service", Channel.EMAIL, "main")
    sent["during"] = world.send(customer, Channel.EMAIL, asked)
    sent["other thread"] = world.send(customer, Channel.EMAIL, "elsewhere")
    sent["other channel"] = world.send(customer, Channel.SMS, asked)
    world.send(other, Channel.EMAIL, asked)
    world.add(interaction, InteractionAbandoned)
    sent["after"] = world.send(customer, Channel.EMAIL, asked)
    connection = project(world.log, batch)
    shown = {one.contact_id: one.interaction_id for one in timeline(connection, customer)}
    assert {when: shown[contact] for when, contact in sent.items()} == {
        "before": "", "during": interaction, "other thread": "", "other channel": "", "after": ""
    }  # fmt: skip
    assert [one.interaction_id for one in timeline(connection, other)] == [""]
    assert connection.execute("SELECT COUNT(*) FROM customers_open_threads").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize(
    "stream", ["pool-main", "agent-ann", "interaction-1", "access-keys", "customer-unknown", "customer-known"]
)
def test_what_is_said_of_nobody_stops_no_view(stream: str, caplog: pytest.LogCaptureFixture) -> None:
    world = World(random.Random(1))
    world.add("customer-known", CustomerRegistered)
    for value in ("+1", "+2"):
        world.add(stream, IdentifierObserved, kind="phone", value=value, verified=False)
    world.touch("customer-known", Channel.PHONE)
    connection = project(world.log)
    view = customers.customer(connection, "customer-known")
    assert view is not None
    found = customers.customers_of_identifier(connection, "phone", "+1")
    assert (view.contacts, found) == (1, ["customer-known"] if stream == "customer-known" else [])
    assert stream == "customer-known" or customers.customer(connection, stream) is None
    unheard = stream in ("customer-known", "pool-main")
    assert [record.stream for record in caplog.records] == ([] if unheard else [stream] * 2)  # type: ignore[attr-defined]
    connection.close()


def test_pages_of_a_timeline_hold_each_contact_once(log: Log, connection: sqlite3.Connection) -> None:
    counts = Counter(stream for stream, event in log.events if isinstance(event, ContactReceived | ContactSent))
    busiest = max(counts, key=lambda stream: counts[stream])
    paged, before = [], None
    while page := customers.timeline_of(connection, [busiest], limit=3, before=before):
        paged += page
        before = page[-1].place
    assert paged == timeline(connection, busiest, limit=10_000)
    assert len(paged) == counts[busiest] > 6


def test_a_contact_shows_what_came_of_it(log: Log, connection: sqlite3.Connection) -> None:
    done = next(row for row in work.interactions(connection, phase="completed", limit=10_000) if row.pool == "main")
    shown = timeline(connection, done.customer_id, limit=10_000)
    contact = next(one for one in shown if one.contact_id == done.contact_id)
    assert (contact.interaction_id, contact.queue, contact.phase, contact.outcome, contact.agent_id) == (
        done.id, done.queue, "completed", done.outcome, done.agent_id
    )  # fmt: skip
    assert (contact.answered_at, contact.ended_at, contact.code) == (done.accepted_at, done.ended_at, "done")
    said = shown_contact(contact, facts_of(log), done.customer_id)
    assert said.subject == f"Subject {done.contact_id}"
    assert said.excerpt == ("text " * 60)[:EXCERPT]


def test_an_identifier_finds_its_customers_last_seen_first(log: Log, connection: sqlite3.Connection) -> None:
    world = World(random.Random(9), log)
    for number in (1, 2):
        world.add(f"customer-twin-{number}", CustomerRegistered)
        world.add(f"customer-twin-{number}", IdentifierObserved, kind="phone", value="+1", verified=number == 1)
        world.now = world.now.replace(year=2030 - number)
        world.touch(f"customer-twin-{number}", Channel.PHONE)
    Runner(connection, all_projections(), log.read, log.decode).run()
    assert customers.customers_of_identifier(connection, "phone", "+1") == ["customer-twin-1", "customer-twin-2"]
    assert customers.customers_of_identifier(connection, "email", "+1") == []
    assert customers.customer(connection, "customer-nobody") is None


def test_contacts_are_found_without_an_index_by_contact_id_once_they_are_taken_up(
    log: Log, connection: sqlite3.Connection
) -> None:
    assert connection.execute("SELECT COUNT(*) FROM customers_unlinked").fetchone() == (0,)
    World(random.Random(3), log).touch("customer-" + "0" * 32, Channel.WEB)
    Runner(connection, all_projections(), log.read, log.decode).run()
    assert connection.execute("SELECT COUNT(*) FROM customers_unlinked").fetchone() == (1,)
