"""A phone or mail address joins nobody of another name, though families share it and it gets new owners."""

from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.linking.by_contacts import links_of, whole_customers
from hub.domain.contact import Channel, Contact, Declared, Identifier, Path
from hub.domain.customer.events import ProfileChanged
from hub.domain.customer.links.component import whole
from hub.domain.customer.links.events import LinkBlocked, Side
from hub.domain.ids import customer_id
from tests.api.world import KEY, NOON, StillClock
from tests.support.memory import MemoryJournal

ALI, ZAHRA = "علی کریمی", "زهرا کریمی"
VALUES = {
    "N1": ("national_id", "0013542419"),
    "N2": ("national_id", "0499370899"),
    "C1": ("customer_number", "C1"),
    "P1": ("phone", "+989123456701"),
    "P2": ("phone", "+989123456702"),
    "E1": ("email", "e1@shop.example"),
    "E2": ("email", "e2@shop.example"),
}


class Desk:
    """Takes one contact after the other in."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.recorder = ContactRecorder(self.journal, StillClock(), KEY)
        self.contacts = 0

    async def bring(self, name: str, *brought: str) -> None:
        """A contact with these, all verified, of somebody it calls by this name."""
        self.contacts += 1
        identifiers = tuple(
            Identifier(kind=kind, value=value, verified=True) for kind, value in (VALUES[one] for one in brought)
        )
        contact = Contact(
            id=f"contact-{self.contacts}", path=Path(channel=Channel.WEB), occurred_at=NOON,
            identifiers=identifiers, declared=Declared(name=name),
        )  # fmt: skip
        [receipt] = await self.recorder.record([(contact, "adapter:web")])
        assert isinstance(receipt, Receipt)

    async def together(self, name: str) -> set[str]:
        stream = stream_of(name)
        members = whole(links_of(await whole_customers(self.journal, [stream])), Side(id=stream, since=NOON))
        return {one for one in VALUES if stream_of(one) in members}

    def blocked(self) -> list[LinkBlocked]:
        found = [one.event for one in self.journal.log if isinstance(one.event, LinkBlocked)]
        return list(dict.fromkeys(found))


def stream_of(name: str) -> str:
    return customer_id(KEY, *VALUES[name])


async def test_a_phone_that_a_family_shares_does_not_pass_a_mail_address_on() -> None:
    desk = Desk()
    await desk.bring(ALI, "P1", "E1")
    await desk.bring(ZAHRA, "N2", "P1")

    assert await desk.together("N2") == {"N2"}
    assert await desk.together("P1") == {"P1", "E1"}
    [blocked] = desk.blocked()
    assert (blocked.because, [one.id for one in blocked.between]) == ("names", [stream_of("E1")])


async def test_a_second_mail_address_of_another_name_is_not_joined_by_the_phone() -> None:
    desk = Desk()
    await desk.bring(ALI, "N1", "P1")
    await desk.bring(ZAHRA, "P1", "E2")

    assert await desk.together("P1") == {"N1", "P1"}
    assert [(one.because, [side.id for side in one.between]) for one in desk.blocked()] == [
        ("names", [stream_of("N1")])
    ]


async def test_a_number_with_a_new_owner_joins_nobody_whatever_was_known_of_the_old_one() -> None:
    desk = Desk()
    await desk.bring(ALI, "P1", "E1")
    await desk.bring(ALI, "N1", "E1")
    await desk.bring(ZAHRA, "N2", "P1")
    await desk.bring(ZAHRA, "P1", "E2")

    assert await desk.together("N1") == {"N1", "P1", "E1"}
    assert await desk.together("N2") == {"N2"}
    assert {one.because for one in desk.blocked()} == {"conflict", "names"}


async def test_what_was_called_otherwise_last_still_bears_the_name_of_who_was_linked() -> None:
    desk = Desk()
    await desk.bring(ALI, "P1", "E1")
    await desk.bring(ZAHRA, "P1")
    await desk.bring(ZAHRA, "N2", "P1")

    assert await desk.together("N2") == {"N2"}


async def test_a_mail_address_that_nobody_called_by_name_before_gets_the_name_of_who_proves_it() -> None:
    desk = Desk()
    await desk.bring("", "E1")
    await desk.bring(ALI, "P1", "E1")
    await desk.bring(ZAHRA, "P1")
    await desk.bring(ZAHRA, "N2", "P1")

    assert await desk.together("N2") == {"N2"}
    assert [(one.because, [side.id for side in one.between]) for one in desk.blocked()] == [
        ("names", [stream_of("E1")])
    ]


async def test_the_same_name_in_another_script_or_with_a_slip_joins() -> None:
    desk = Desk()
    await desk.bring("Maryam Karimi", "P1", "E1")
    await desk.bring("مریم کریمی", "N1", "P1")
    await desk.bring("مريم كريمي", "P1", "E2")
    await desk.bring("Marym Karimi", "P2", "E2")

    assert await desk.together("N1") == {"N1", "P1", "P2", "E1", "E2"}


async def test_nobody_called_by_any_name_is_joined_as_before() -> None:
    desk = Desk()
    await desk.bring("", "P1", "E1")
    await desk.bring(ZAHRA, "N2", "P1")
    await desk.bring("", "P1", "E2")

    assert await desk.together("N2") == {"N2", "P1", "E1", "E2"}


async def test_who_is_attested_by_code_or_number_may_bear_another_name() -> None:
    desk = Desk()
    await desk.bring("Maryam Karimi", "N1", "P1")
    await desk.bring("Maryam Rostami", "N1", "E1")
    await desk.bring("Maryam Rostami", "N1", "C1")

    assert await desk.together("N1") == {"N1", "C1", "P1", "E1"}
    assert desk.blocked() == []


async def test_a_mail_address_that_was_heard_of_first_beside_a_phone_keeps_the_name() -> None:
    desk = Desk()
    await desk.bring(ALI, "P1", "E1")

    told = [one.event for one in desk.journal.log if one.stream == stream_of("E1")]
    assert [one.name for one in told if isinstance(one, ProfileChanged)] == [ALI]
