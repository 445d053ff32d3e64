"""A contact is routed as the whole customer's: by the cases, accounts and standing of all streams that are linked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.application.cases.cases import CustomerCases
from hub.application.customers.accounts import Accounts
from hub.application.customers.commands import Customers
from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.linking.identity import By, Identity
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.domain.cases import decide
from hub.domain.cases.events import CaseKind, Severity
from hub.domain.contact import Channel, Contact, Declared, Identifier, Path, Standing
from hub.domain.customer.events import ContactReceived, SegmentChanged
from hub.domain.ids import customer_id
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

KEY = b"k" * 32
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BY: dict[str, Any] = {"actor": "operator:maryam", "command_id": "command-1"}
PHONE, MAIL = "+989121234567", "ann@example.com"
CALLER, WRITER = (customer_id(KEY, kind, value) for kind, value in (("phone", PHONE), ("email", MAIL)))
GOLD = '[kinds]\ndefault = "B2B"\n[[value_tiers]]\nname = "gold"\n[[stages]]\nname = "enhancement"\n'


class Moved:
    """Time that goes on with each look."""

    speed = 1.0

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Centre:
    """What takes contacts in, and what people say of customers beside it; the log is followed."""

    def __init__(self) -> None:
        self.journal, self.clock = MemoryJournal(), Moved()
        self.policy = PathPolicyInForce()
        self.recorder = ContactRecorder(self.journal, self.clock, KEY, policy=self.policy)
        self.journal.followers += [self.recorder.follow, self.policy.follow]
        self.cases = CustomerCases(self.journal, self.clock)
        self.accounts = Accounts(self.journal, self.clock, KEY)
        self.customers = Customers(self.journal, self.clock)
        self.identity = Identity(self.journal, self.clock, KEY, LinkViews(self.journal))
        self.contacts = 0

    async def come(self, channel: Channel, address: str, *identifiers: Identifier, **declared: str) -> ContactReceived:
        self.contacts += 1
        one = Contact(
            id=f"c{self.contacts}", path=Path(channel=channel, address=address), occurred_at=NOON,
            identifiers=identifiers, declared=Declared(**declared),
        )  # fmt: skip
        [receipt] = await self.recorder.record([(one, "adapter:test")])
        assert isinstance(receipt, Receipt), receipt
        events = [one.event for one in self.journal.log if isinstance(one.event, ContactReceived)]
        return events[-1]

    async def call(self, **declared: str) -> ContactReceived:
        return await self.come(Channel.PHONE, PHONE, **declared)

    async def mail(self, *identifiers: Identifier, **declared: str) -> ContactReceived:
        return await self.come(Channel.EMAIL, MAIL, *identifiers, **declared)

    async def open(self, customer: str, owner: str, severity: Severity = Severity.NORMAL) -> str:
        told: dict[str, Any] = {"kind": CaseKind.COMPLAINT, "subject": "a bill", "owner": owner, "severity": severity}
        events = await self.cases.open(customer, **told, **BY)
        return str(events[0].event.case_id)  # type: ignore[attr-defined]

    async def link(self) -> str:
        [linked, *_] = await self.identity.link(CALLER, WRITER, By(**BY, reason="the same voice"))
        return str(linked.event.link_id)  # type: ignore[attr-defined]

    async def unlink(self, link: str) -> None:
        await self.identity.unlink(CALLER, link, By(**BY, reason="it was not"))


@pytest.fixture
def centre() -> Centre:
    return Centre()


class TestCaseAgent:
    async def test_the_owner_of_an_open_case_is_known_at_once_and_no_longer_when_it_is_settled(
        self, centre: Centre
    ) -> None:
        assert (await centre.call()).known_agents == {}
        case = await centre.open(CALLER, "xenia")
        assert (await centre.call()).known_agents == {"case_agent": "xenia"}
        await centre.cases.change(case, lambda cases, meta: decide.assign(cases, case, "yara", **meta), **BY)
        assert (await centre.call()).known_agents == {"case_agent": "yara"}
        await centre.cases.change(case, lambda cases, meta: decide.resolve(cases, case, "refunded", **meta), **BY)
        assert (await centre.call()).known_agents == {}

    async def test_a_case_on_one_identifier_counts_for_a_contact_on_a_linked_one(self, centre: Centre) -> None:
        await centre.call()
        assert (await centre.mail()).known_agents == {}
        await centre.open(CALLER, "xenia")
        assert (await centre.mail()).known_agents == {}
        link = await centre.link()
        assert (await centre.mail()).known_agents == {"case_agent": "xenia"}
        await centre.open(WRITER, "yara", Severity.CRITICAL)
        assert (await centre.call()).known_agents == {"case_agent": "yara"}
        await centre.unlink(link)
        assert (await centre.call()).known_agents == {"case_agent": "xenia"}

    async def test_the_very_contact_that_links_them_is_the_whole_customers(self, centre: Centre) -> None:
        await centre.call()
        await centre.open(CALLER, "xenia")
        came = await centre.mail(
            Identifier(kind="email", value=MAIL, verified=True), Identifier(kind="phone", value=PHONE, verified=True)
        )
        assert came.known_agents == {"case_agent": "xenia"}

    async def test_a_contact_names_the_other_streams_as_long_as_they_are_linked(self, centre: Centre) -> None:
        assert (await centre.call()).also == ()
        await centre.mail()
        link = await centre.link()
        assert (await centre.mail()).also == (CALLER,)
        assert (await centre.call()).also == (WRITER,)
        await centre.unlink(link)
        assert (await centre.call()).also == ()

    async def test_an_adapter_who_names_one_knows_better(self, centre: Centre) -> None:
        await centre.call()
        await centre.open(CALLER, "xenia")
        assert (await centre.call(case_agent="zoe", agent="ann")).known_agents == {"direct": "ann", "case_agent": "zoe"}

    async def test_a_hub_that_starts_reads_what_was_there(self, centre: Centre) -> None:
        await centre.call()
        await centre.mail()
        await centre.open(CALLER, "xenia")
        await centre.link()
        centre.recorder = ContactRecorder(centre.journal, centre.clock, KEY)
        assert (await centre.mail()).known_agents == {"case_agent": "xenia"}


class TestAccountOwner:
    async def firm(self, centre: Centre, number: str, since: datetime, owner: str) -> str:
        account = centre.accounts.id_of("account_number", number)
        await centre.accounts.register("account_number", number, "B2B", f"Firm {number}", **BY)
        await centre.accounts.assign(account, CALLER, "buyer", since=since, until=None, **BY)
        if owner:
            await centre.accounts.change_owner(account, owner, **BY)
        return account

    async def test_who_looks_after_the_account_is_known_for_all_who_act_for_it(self, centre: Centre) -> None:
        await centre.call()
        await centre.mail()
        await centre.link()
        account = await self.firm(centre, "A-1", NOON - timedelta(days=1), "omid")
        assert (await centre.mail()).known_agents == {"account_owner": "omid"}
        await centre.accounts.change_owner(account, "parisa", **BY)
        assert (await centre.call()).known_agents == {"account_owner": "parisa"}
        await centre.accounts.end(account, 1, until=None, reason="left", **BY)
        assert (await centre.call()).known_agents == {}

    async def test_of_several_accounts_the_one_they_have_longest_with_an_owner(self, centre: Centre) -> None:
        await centre.call()
        await self.firm(centre, "A-1", NOON - timedelta(days=3), "")
        await self.firm(centre, "A-2", NOON - timedelta(days=1), "later")
        await self.firm(centre, "A-3", NOON - timedelta(days=2), "earlier")
        assert (await centre.call()).known_agents == {"account_owner": "earlier"}


class TestStanding:
    async def test_what_a_person_says_of_one_stream_counts_for_all_that_are_linked(self, centre: Centre) -> None:
        await centre.call()
        await centre.mail()
        link = await centre.link()
        await centre.customers.change_segment(WRITER, "B2B", "gold", **BY)
        await centre.customers.change_lifecycle_stage(CALLER, "lapsed", **BY)
        whole = Standing(segment="B2B", value_tier="gold", lifecycle_stage="lapsed")
        assert [(await centre.call()).standing, (await centre.mail()).standing] == [whole, whole]
        assert await centre.customers.change_segment(CALLER, "B2B", "gold", **BY) == []
        await centre.unlink(link)
        assert (await centre.call()).standing == Standing(lifecycle_stage="lapsed")
        assert (await centre.mail()).standing == Standing(segment="B2B", value_tier="gold")

    async def test_of_who_is_linked_later_the_older_streams_standing_stands_for_both(self, centre: Centre) -> None:
        await centre.call()
        await centre.customers.change_segment(CALLER, "B2G", "gold", **BY)
        await centre.mail()
        assert (await centre.mail()).standing == Standing()
        await centre.link()
        assert (await centre.mail()).standing == Standing(segment="B2G", value_tier="gold")

    async def test_what_an_adapter_declares_again_counts_over_what_was_said_of_a_linked_stream_meanwhile(
        self, centre: Centre
    ) -> None:
        await centre.call(value_tier="gold")
        await centre.mail()
        await centre.link()
        await centre.customers.change_segment(WRITER, "B2C", "silver", **BY)
        assert (await centre.call()).standing.value_tier == "silver"
        assert (await centre.call(value_tier="gold")).standing.value_tier == "gold"
        assert (await centre.mail()).standing.value_tier == "gold"


class TestTheFirstContact:
    async def test_somebody_new_stands_where_the_policy_puts_them(self, centre: Centre) -> None:
        policies = PathPolicies(centre.journal, centre.clock)
        await centre.mail()
        await policies.publish(GOLD, **BY)
        assert (await centre.call()).standing == Standing(
            segment="B2B", value_tier="gold", lifecycle_stage="enhancement"
        )  # fmt: skip
        [stands] = [one.event for one in centre.journal.log if isinstance(one.event, SegmentChanged)]
        assert (stands.policy, stands.evidence[0].rule) == (centre.policy.policy.version, "default kind")
        assert len([one for one in centre.journal.log if isinstance(one.event, SegmentChanged)]) == 1
        await centre.call()
        assert len([one for one in centre.journal.log if isinstance(one.event, SegmentChanged)]) == 1

    async def test_what_is_declared_with_it_counts(self, centre: Centre) -> None:
        await PathPolicies(centre.journal, centre.clock).publish(GOLD, **BY)
        came = await centre.call(segment="B2C")
        assert came.standing == Standing(segment="B2C", value_tier="gold", lifecycle_stage="enhancement")

    async def test_by_the_policy_that_ships_nothing_is_written(self, centre: Centre) -> None:
        assert (await centre.call()).standing == Standing()
        assert not [one for one in centre.journal.log if isinstance(one.event, SegmentChanged)]
