"""The search for duplicates over a whole store: what links join, what is proposed, what contradicts, and what a person
has settled."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.linking.described import described
from hub.application.linking.duplicates import Found, Identifying, find_duplicates
from hub.application.linking.identity import By, Identity
from hub.domain.contact import Channel, Contact, Declared, Identifier
from hub.domain.contact import Path as Way
from hub.domain.customer.events import CustomerForgotten, IdentifierObserved
from hub.domain.customer.normalise import normalise
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.ids import customer_id
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.paths.duplicates.proposing import IDENTIFIER_ALONE
from hub.ports import Append, Unit
from hub.settings import Settings
from loadtests.unlinking import NoViews
from tests.api.world import KEY, META, NOON, StillClock

CODES = ("0013542419", "0499370899")
IDENTIFYING = Identifying(KEY, normalise, lambda stream: stream)
MARYAM = {"given_name": "مريم", "family_name": "كريمي", "birth_date": "1984-11-02"}


class Books:
    """A store, and what is done to it."""

    def __init__(self, directory: Path) -> None:
        self.settings = Settings(data_dir=directory)
        self.contacts = 0

    def do(self, work: Callable[[EventJournal], Coroutine[Any, Any, Any]]) -> Any:
        async def run() -> Any:
            journal = EventJournal(open_store(self.settings))
            try:
                return await work(journal)
            finally:
                await journal.close()

        return asyncio.run(run())

    def bring(self, *brought: tuple[str, str], name: str = "", claimed: str = "") -> str:
        """A contact with these, all verified; whose stream it went to."""
        self.contacts += 1
        contact = Contact(
            id=f"contact-{self.contacts}",
            path=Way(channel=Channel.PHONE, address=claimed),
            occurred_at=NOON,
            identifiers=tuple(Identifier(kind=kind, value=value, verified=True) for kind, value in brought),
            declared=Declared(name=name),
        )

        async def take(journal: EventJournal) -> str:
            [receipt] = await ContactRecorder(journal, StillClock(), KEY).record([(contact, "adapter:web")])
            assert isinstance(receipt, Receipt)
            return receipt.customer_id

        told: str = self.do(take)
        return told

    def add(self, stream: str, *events: Any) -> None:
        async def commit(journal: EventJournal) -> None:
            version = (await journal.load([stream]))[stream][-1].version
            await journal.commit([Unit([Append(stream, version, events)])])

        self.do(commit)

    def profile(self, stream: str, **fields: str) -> None:
        self.add(stream, *(ProfileFieldChanged(**META, field=name, value=value) for name, value in fields.items()))

    def steward(self, work: Callable[[Identity, By], Coroutine[Any, Any, Any]]) -> None:
        by = By("operator:steward", "command-1", "knows them")
        self.do(lambda journal: work(Identity(journal, StillClock(), KEY, NoViews()), by))

    def search(self) -> Found:
        with closing(open_store(self.settings)) as store:
            return find_duplicates(store, IDENTIFYING)

    def proposed(self) -> list[tuple[set[str], str]]:
        return [({one.one, one.other}, one.rule) for one in self.search().proposals]


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path)


def test_what_links_join_is_told_with_each_link(books: Books) -> None:
    home = books.bring(("national_id", CODES[0]), ("phone", "+989123456701"))
    found = books.search()

    [cluster] = found.clusters
    assert cluster.whole.customer_id == min(one.customer_id for one in cluster.whole.members)
    assert {one.kind for one in cluster.whole.members} == {"national_id", "phone"}
    [link] = cluster.links
    assert (link.rule, link.causation, home in (link.left, link.right)) == ("national_id", "contact-1", True)
    assert (found.streams, found.customers, found.proposals, found.conflicts) == (2, 1, (), ())


def test_names_birth_dates_and_addresses_of_profiles_propose(books: Books) -> None:
    one, other = (books.bring(claimed=f"+98912345670{number}") for number in (1, 2))
    books.profile(one, **MARYAM, city="Tehran", postcode="1136934567")
    books.profile(other, first_name="مریم", last_name="کریمی", date_of_birth="1984-11-02")

    assert books.proposed() == [({one, other}, "names and birth date")]


def test_a_name_is_taken_apart_and_that_of_the_strongest_identifier_counts(books: Books) -> None:
    one = books.bring(("national_id", CODES[0]), ("phone", "+989123456701"), name="Maryam Karimi")
    books.bring(claimed="+989123456701", name="Somebody Else")
    other = books.bring(claimed="+989123456702", name="مریم کریمی")
    for stream in (one, other):
        books.profile(stream, birth_date="1984-11-02", address="Hafez 12", house="12", postcode="1136934567")

    [(_, rule)] = books.proposed()
    assert rule == "names, birth date and address"
    whole = books.do(lambda journal: described(journal, [one], IDENTIFYING.is_sound))
    assert (whole[one].name, whole[one].birth_date) == ("Maryam Karimi", "1984-11-02")
    assert whole[one].address == "Hafez 12, 12, 1136934567"


@pytest.mark.parametrize("kept_apart", [True, False])
def test_what_a_steward_decided_is_not_proposed_again(books: Books, kept_apart: bool) -> None:
    one, other = (books.bring(claimed=f"+98912345670{number}") for number in (1, 2))
    for stream in (one, other):
        books.profile(stream, **MARYAM)
    assert len(books.proposed()) == 1

    books.steward(lambda identity, by: (identity.keep_apart if kept_apart else identity.link)(one, other, by))
    found = books.search()
    assert (found.proposals, found.conflicts, found.contradictions) == ((), (), ())
    assert found.customers == (2 if kept_apart else 1)


def test_who_was_parted_is_not_proposed_again(books: Books) -> None:
    home = books.bring(("national_id", CODES[0]), ("phone", "+989123456701"), name="Maryam Karimi")
    [cluster] = books.search().clusters
    books.steward(lambda identity, by: identity.unlink(home, cluster.links[0].link_id, by))

    found = books.search()
    assert (found.clusters, found.proposals, found.contradictions, found.customers) == ((), (), (), 2)


def test_a_link_that_must_not_be_made_is_told_with_what_stands_against_it_and_only_once(books: Books) -> None:
    for code in CODES:
        home = books.bring(("national_id", code), ("phone", "+989123456701"), name="Maryam Karimi")
    found = books.search()

    [conflict] = found.conflicts
    assert (conflict.because, conflict.rule, conflict.causation) == ("conflict", "national_id", "contact-2")
    assert {one.kind for one in conflict.between} == {"national_id"}
    assert home in (conflict.left, conflict.right)
    assert (found.contradictions, found.proposals) == ((), ())


def test_what_came_in_by_parts_and_holds_the_same_is_proposed(books: Books) -> None:
    one = books.bring(claimed="+989123456701", name="Maryam Karimi")
    other = books.bring(("phone", "+989123456702"))
    books.add(one, observed("customer_number", "C1"))
    books.add(other, observed("customer_number", "C1"))

    [(pair, rule)] = books.proposed()
    assert (pair, rule) == ({one, other}, "the same customer number, proven by both")


def test_a_shared_phone_proposes_nobody_and_is_told(books: Books) -> None:
    phone = ("phone", "+982122334455")
    homes = [books.bring(("customer_number", f"C{number}"), phone) for number in range(3)]
    found = books.search()

    assert found.known_shared == (customer_id(KEY, *phone),)
    assert found.proposals == ()
    assert found.customers == len(homes) + 1


def test_a_proven_phone_alone_is_proposed_where_one_side_has_no_name(books: Books) -> None:
    one, other = (books.bring(claimed=f"+98912345670{number}") for number in (1, 2))
    for stream in (one, other):
        books.add(stream, observed("phone", "+989123456709"))

    assert books.proposed() == [({one, other}, IDENTIFIER_ALONE)]


def test_who_was_forgotten_is_nobody(books: Books) -> None:
    one, other = (books.bring(claimed=f"+98912345670{number}") for number in (1, 2))
    for stream in (one, other):
        books.profile(stream, **MARYAM)
    books.add(other, CustomerForgotten(**META, reason="asked to be"))

    found = books.search()
    assert (found.customers, found.proposals) == (1, ())


def observed(kind: str, value: str) -> Any:
    return IdentifierObserved(**META, kind=kind, value=value, verified=True)
