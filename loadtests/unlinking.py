"""Links that are taken away leave what was: the same customers, every fact where it was, and what came in between where
its identifier is."""

import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any

from hub.application.linking.identity import By, Identity
from hub.domain.contact import Channel, Contact, Identifier, Path
from hub.domain.customer.links.events import CustomersLinked
from hub.domain.errors import NotFoundError, RefusedError
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from loadtests.known_truth import KEY, READ_EVENTS, Trial

Partition = frozenset[frozenset[str]]
"""Streams by customer, those alone left out."""
Pair = tuple[str, str]


class NoViews:
    """Commands on links ask no views."""

    async def read(self, question: Callable[[Any], Any]) -> Any:
        raise AssertionError(question)


async def links_by_hand_leave_no_trace(trial: Trial, links: int, seed: int = 7) -> bool:
    """Link so many customers by hand, whoever they are, let one of each two call, and take the links away in another
    order."""
    draw = random.Random(seed)
    before, length, facts = _as_it_stands(trial)
    journal = EventJournal(open_store(trial.settings))
    identity = Identity(journal, trial.clock, KEY, NoViews())
    try:
        made = await _link(identity, sorted(trial.identifier_of), links, draw)
        called = [(draw.choice(pair), f"in-between-{number}") for number, (pair, _) in enumerate(made)]
        await trial.take(journal, [_call(trial, stream, name) for stream, name in called])
        at_home = await journal.contacts([name for _, name in called])
        draw.shuffle(made)
        for number, ((one, _), link) in enumerate(made):
            await identity.unlink(one, link, _by(f"unlink-{number}"))
    finally:
        await journal.close()
    stayed = all(at_home[name].stream == stream for stream, name in called)
    return stayed and len(made) == links and _customers(trial) == before and _facts_up_to(trial, length) == facts


async def unlinked_ones_are_as_if_never_linked(trial: Trial, unlinks: int, seed: int = 7) -> bool:
    """Take so many links away that rules made: the customers are those that the other links alone would make."""
    draw = random.Random(seed)
    _, length, facts = _as_it_stands(trial)
    standing = _links(trial)
    doomed = draw.sample(sorted(standing), min(unlinks, len(standing)))
    journal = EventJournal(open_store(trial.settings))
    identity = Identity(journal, trial.clock, KEY, NoViews())
    try:
        for number, link in enumerate(doomed):
            await identity.unlink(standing[link][0], link, _by(f"undo-{number}"))
    finally:
        await journal.close()
    left = _joined(pair for link, pair in standing.items() if link not in set(doomed))
    return _customers(trial) == left and _facts_up_to(trial, length) == facts


async def _link(identity: Identity, streams: Sequence[str], links: int, draw: random.Random) -> list[tuple[Pair, str]]:
    made: list[tuple[Pair, str]] = []
    for number in range(links * 20):
        if len(made) == links:
            break
        one, other = draw.sample(streams, 2)
        try:
            told = await identity.link(one, other, _by(f"link-{number}"), despite_conflict=True)
        except (RefusedError, NotFoundError):
            continue
        made += [
            ((one, other), event.link_id) for event in {r.event for r in told} if isinstance(event, CustomersLinked)
        ]
    return made


def _call(trial: Trial, stream: str, name: str) -> Contact:
    kind, value = trial.identifier_of[stream]
    brought = (Identifier(kind=kind, value=value, verified=True),)
    return Contact(id=name, path=Path(channel=Channel.PHONE), occurred_at=trial.clock.now(), identifiers=brought)


def _as_it_stands(trial: Trial) -> tuple[Partition, int, str]:
    with closing(open_store(trial.settings)) as store:
        length = store.head()
    return _customers(trial), length, _facts_up_to(trial, length)


def _facts_up_to(trial: Trial, length: int) -> str:
    """What stands in the log up to there."""
    digest, position = hashlib.sha256(), 0
    with closing(open_store(trial.settings)) as store:
        while position < length:
            rows = store.read_stored(position, min(READ_EVENTS, length - position))
            position = rows[-1].position
            for row in rows:
                digest.update(repr(row).encode())
    return digest.hexdigest()


def _customers(trial: Trial) -> Partition:
    with closing(open_store(trial.settings)) as store, closing(trial.book(store)) as book:
        return frozenset(frozenset(one.customer_id for one in whole.members) for whole in book.wholes())


def _links(trial: Trial) -> dict[str, Pair]:
    with closing(open_store(trial.settings)) as store, closing(trial.book(store)) as book:
        return {link.link_id: (link.left, link.right) for whole in book.wholes() for link in book.links_of(whole)}


def _joined(pairs: Iterable[Pair]) -> Partition:
    """What these links join, reckoned as plainly as can be."""
    group: dict[str, set[str]] = {}
    for one, other in pairs:
        mine, others = group.setdefault(one, {one}), group.setdefault(other, {other})
        if mine is not others:
            fewer, more = sorted((mine, others), key=len)
            more |= fewer
            group.update(dict.fromkeys(fewer, more))
    return frozenset(frozenset(members) for members in group.values())


def _by(command: str) -> By:
    return By("operator:steward", command, "a test of links")
