"""Events become bytes and back, also old ones."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub.domain
from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from hub.domain.contact import Attachment, Channel, Identifier, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.journal.codec import EVENT_CLASSES, Codec
from hub.journal.errors import NewerStoreError, StoredEventError

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
COMMON: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c-1", "actor": "test"}


def roundtrip(event: Event) -> Event:
    codec = Codec()
    topic, state = codec.encode("stream", event)
    return codec.decode("stream", topic, state)


class TestPresentShape:
    def test_the_topic_names_class_and_schema_version(self) -> None:
        topic, state = Codec().encode("agent-a", AgentSignedOff(**COMMON, agent_id="a"))
        assert topic == "AgentSignedOff/1"
        assert orjson.loads(state)["at"] == "2024-05-01T12:00:00Z"

    @given(
        text=st.text(),
        moment=st.datetimes(timezones=st.just(UTC)),
        skills=st.dictionaries(st.text(max_size=5), st.integers(1, 5), max_size=3),
        identifiers=st.lists(
            st.builds(Identifier, kind=st.just("phone"), value=st.text(min_size=1, max_size=9)), max_size=3
        ),
        size=st.none() | st.integers(0, 2**53),
    )
    def test_every_event_comes_back_as_it_was(
        self, text: str, moment: datetime, skills: dict[str, int], identifiers: list[Identifier], size: int | None
    ) -> None:
        common = {**COMMON, "at": moment}
        contact = ContactReceived(
            **common, contact_id="c-1", channel=Channel.EMAIL, address=text, sender="us",
            identifiers=tuple(identifiers),
            thread=text, purpose="service", service="", language="", subject=text, text=text,
            attachments=(Attachment(uri="file:///1", size=size),), standing=Standing(), pool="main",
        )  # fmt: skip
        signed_on = AgentSignedOn(
            **common, pool="main", agent_id="a", name=text, skills=skills, languages=(text,), capacity=100
        )
        assert roundtrip(contact) == contact
        assert roundtrip(signed_on) == signed_on

    def test_a_moment_of_another_zone_stays_the_same_moment(self) -> None:
        tehran = NOON.astimezone(timezone(timedelta(hours=3, minutes=30)))
        event = AgentSignedOff(**{**COMMON, "at": tehran}, agent_id="a")
        assert roundtrip(event).at == NOON

    def test_rows_are_the_events_in_order_behind_a_version(self) -> None:
        events = [AgentSignedOff(**COMMON, agent_id=name) for name in "ab"]
        codec = Codec()
        assert codec.rows("agent-a", 4, events) == [
            ("agent-a", 5, *codec.encode("agent-a", events[0])),
            ("agent-a", 6, *codec.encode("agent-a", events[1])),
        ]


class TestWhatCannotBeStored:
    def test_a_class_that_is_not_listed(self) -> None:
        class Unlisted(Event):
            pass

        for attempt in (Codec().encode, lambda stream, event: Codec().rows(stream, 0, [event])):
            with pytest.raises(StoredEventError, match="Unlisted for agent-a is not in the list"):
                attempt("agent-a", Unlisted(**COMMON))

    def test_a_value_that_is_no_json(self) -> None:
        broken = AgentSignedOff.model_construct(**COMMON, agent_id=object(), reason="")
        with pytest.raises(StoredEventError, match="AgentSignedOff for agent-a can't be written as JSON"):
            Codec().rows("agent-a", 0, [broken])

    def test_bytes_that_are_no_event(self) -> None:
        with pytest.raises(StoredEventError, match=r"AgentSignedOff/1 in agent-a can't be read: .*; agent_id: "):
            Codec().decode("agent-a", "AgentSignedOff/1", b'{"at":"2024-05-01T12:00:00Z"}')


class PriceQuoted(Event):
    """A class of its own for this test: once `price` in euros, then `cents`, then `amount` with its currency."""

    SCHEMA: ClassVar[int] = 3
    amount: int
    currency: str


UPCASTERS = {
    ("PriceQuoted", 1): lambda old: {**{k: v for k, v in old.items() if k != "price"}, "cents": old["price"] * 100},
    ("PriceQuoted", 2): lambda old: {
        **{k: v for k, v in old.items() if k != "cents"}, "amount": old["cents"], "currency": "EUR",
    },
}  # fmt: skip


def old_state(**fields: Any) -> bytes:
    return orjson.dumps({**COMMON, **fields})


class TestOldShapes:
    codec = Codec([PriceQuoted], UPCASTERS)

    @pytest.mark.parametrize(
        ("topic", "state"),
        [
            ("PriceQuoted/1", old_state(price=7)),
            ("PriceQuoted/2", old_state(cents=700)),
            ("PriceQuoted/3", old_state(amount=700, currency="EUR")),
        ],
    )
    def test_an_old_event_is_read_in_its_present_shape(self, topic: str, state: bytes) -> None:
        assert self.codec.decode("s", topic, state) == PriceQuoted(**COMMON, amount=700, currency="EUR")

    def test_it_is_stored_in_its_present_shape_only(self) -> None:
        topic, _ = self.codec.encode("s", PriceQuoted(**COMMON, amount=700, currency="EUR"))
        assert topic == "PriceQuoted/3"

    def test_a_missing_upcaster_is_named(self) -> None:
        with pytest.raises(StoredEventError, match="no upcaster from schema version 2"):
            Codec([PriceQuoted], {("PriceQuoted", 1): UPCASTERS["PriceQuoted", 1]}).decode(
                "s", "PriceQuoted/1", old_state(price=7)
            )

    @pytest.mark.parametrize("topic", ["PriceQuoted/4", "SomethingNew/1", "PriceQuoted", "PriceQuoted/x"])
    def test_what_a_newer_version_wrote_is_refused(self, topic: str) -> None:
        with pytest.raises(NewerStoreError, match="written by a newer version, run that one"):
            self.codec.decode("s", topic, b"{}")


class TestTheList:
    def test_two_classes_of_one_name_are_refused(self) -> None:
        with pytest.raises(ValueError, match="same name"):
            Codec([PriceQuoted, type("PriceQuoted", (Event,), {})])

    def test_it_holds_every_event_class_of_the_domain(self) -> None:
        assert hub.domain.__doc__
        leaves = {cls for cls in descendants(Event) if cls.__module__.startswith("hub.domain") and not is_base(cls)}
        assert set(EVENT_CLASSES) == leaves


def descendants(cls: type) -> set[type]:
    return {cls}.union(*(descendants(child) for child in cls.__subclasses__())) - {Event}


def is_base(cls: type) -> bool:
    """What others are made from is not stored itself."""
    return any(child.__module__.startswith("hub.domain") for child in cls.__subclasses__())
