"""Who is one customer now, as the views tell it: what the links that stand make of it, whatever came in between."""

import random
import sqlite3

import pytest
from hypothesis import given

from hub.domain.customer.links.component import canonical, whole
from hub.domain.customer.links.decide import (
    lift_cannot_link,
    link_by_hand,
    mark_shared,
    state_cannot_link,
    unlink,
    unmark_shared,
)
from hub.domain.errors import RefusedError
from hub.projections import links
from hub.projections.runner import Runner
from tests.domain.links.streams import Streams, side
from tests.projections.histories import CHANCE, LIVES, Log

NAMES = ("N1", "N2", "C1", "C2", "P1", "P2", "E1", "E2", "K1")


def lived(chance: random.Random, steps: int) -> Streams:
    """Anything is said of these streams."""
    streams = Streams(sides=[side(name, chance.randrange(3)) for name in NAMES])
    for _ in range(steps):
        one, other = chance.sample(NAMES, 2)
        live = sorted(streams.links[streams[one].id].live)
        match chance.randrange(9):
            case 0 if live:
                streams.do(unlink, streams[one], chance.choice(live).link_id)
            case 1:
                streams.do(lift_cannot_link, streams[one], streams[other])
            case 2 if chance.random() < 0.3:
                streams.do(chance.choice([mark_shared, unmark_shared]), streams[one])
            case 3 | 4 as kind:
                decide, more = (state_cannot_link, {}) if kind == 3 else (link_by_hand, {"despite_conflict": True})
                try:
                    streams.do(decide, streams[one], streams[other], **more)
                except RefusedError:
                    continue
            case _:
                streams.contact(one, other)
    return streams


def project(streams: Streams, batch: int = 7) -> sqlite3.Connection:
    log = Log(gap=3)
    for stream, event in streams.told:
        log.add(stream, event)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, [links.PROJECTION], log.read, log.decode, batch).run()
    return connection


@given(chance=CHANCE, batch=CHANCE)
@LIVES
def test_the_view_agrees_with_the_domain(chance: random.Random, batch: random.Random) -> None:
    streams = lived(chance, 80)
    connection = project(streams, batch.randrange(1, 30))
    apart, shared = set(), set()
    for stream, known in streams.links.items():
        members = whole(streams.links, streams.sides[stream])
        found = links.resolve(connection, stream)
        assert found.canonical == canonical(members.values())
        assert found.ids == tuple(sorted(members, key=lambda one: (members[one].since, one)))
        standing = {link for one in members for link in streams.links[one].live}
        told = links.standing_links(connection, found.ids)
        assert [one.link_id for one in told] == sorted(
            (link.link_id for link in standing), key=[one.link_id for one in told].index
        )
        assert {(one.left, one.right, one.rule) for one in told} == {(*link.pair, link.rule) for link in standing}
        if len(members) > 1:
            assert {one.customer_id: one.kind for one in found.members} == {
                one.id: one.kind for one in members.values()
            }
        apart |= known.apart
        shared |= {stream} if known.shared else set()
    assert set(links.shared(connection, tuple(streams.sides))) == shared
    assert {(one.left, one.right) for one in links.kept_apart(connection, tuple(streams.sides))} == apart
    for one in links.conflicts(connection, limit=1000):
        joined = one.right in whole(streams.links, streams.sides[one.left])
        assert joined == (one.because == "joined")
        assert joined == ((one.left, one.right) in apart)
    connection.close()


@given(chance=CHANCE)
@LIVES
def test_all_at_once_is_the_same_as_one_by_one(chance: random.Random) -> None:
    streams = lived(chance, 60)
    dumps = []
    for batch in (1, 1000):
        connection = project(streams, batch)
        dumps.append(list(connection.iterdump()))
        connection.close()
    assert dumps[0] == dumps[1]


@pytest.fixture
def conflicting() -> Streams:
    streams = Streams("N1", "N2", "C1", "C2", "P1", "E1", "E2")
    streams.contact("N1", "P1")
    streams.contact("N2", "P1")
    streams.contact("C1", "E1")
    streams.contact("C2", "E1")
    streams.do(state_cannot_link, streams["C1"], streams["E2"])
    streams.contact("E1", "E2")
    return streams


def test_what_waits_for_a_steward(conflicting: Streams) -> None:
    connection = project(conflicting)
    first, second, third = links.conflicts(connection)
    assert (first.left, first.left_kind, first.right, first.right_kind) == (
        *("customer-N2", "national_id"),
        *("customer-P1", "phone"),
    )
    assert (first.because, first.rule, first.actor) == ("conflict", "national_id", "operator:steward")
    assert [one.customer_id for one in first.between] == ["customer-N1", "customer-N2"]
    assert (second.because, third.because) == ("conflict", "kept_apart")
    assert links.conflicts(connection, limit=1) == [first]
    assert links.conflicts(connection, limit=1, after=first.position) == [second]
    connection.close()


def test_what_is_settled_leaves_the_list(conflicting: Streams) -> None:
    conflicting.do(state_cannot_link, conflicting["N2"], conflicting["P1"])
    conflicting.do(link_by_hand, conflicting["C2"], conflicting["E1"], despite_conflict=True)
    conflicting.do(lift_cannot_link, conflicting["C1"], conflicting["E2"])
    conflicting.contact("E1", "E2")
    connection = project(conflicting)
    assert links.conflicts(connection) == []
    connection.close()


def test_who_is_kept_apart_and_joined_all_the_same_is_told() -> None:
    streams = Streams("P1", "E1", "E2")
    for pair in (("P1", "E1"), ("E1", "E2"), ("P1", "E2")):
        streams.contact(*pair)
    streams.do(unlink, streams["P1"], streams.link("P1", "E1"))
    connection = project(streams)
    [told] = links.conflicts(connection)
    assert (told.because, told.left, told.right) == ("joined", "customer-E1", "customer-P1")
    connection.close()


def test_who_is_linked_with_nobody_is_their_own_customer() -> None:
    connection = project(Streams())
    assert links.resolve(connection, "customer-x") == links.Resolved("customer-x", (links.Member("customer-x", ""),))
    connection.close()
