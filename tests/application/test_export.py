"""An export holds all that is stored about a customer: every kind of fact there is, and nothing of anybody else."""

import itertools
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.application.dossier.dossiers import Dossiers
from hub.application.export import export as application
from hub.application.export.as_json import as_json
from hub.application.export.as_markdown import as_markdown
from hub.application.export.export import Exports
from hub.application.export.facts import in_words
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Channel, Identifier, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered, IdentifierObserved, ProfileChanged
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.customer.purchases.events import PurchaseRecorded
from hub.domain.errors import NotFoundError
from hub.domain.event import Event
from hub.domain.ids import interaction_id
from hub.domain.interaction.events import InteractionQueued
from hub.domain.reading.events import PersonalDataRead, reading_stream
from hub.journal.codec import Codec
from hub.journal.event_classes import EVENT_CLASSES
from hub.ports import Append, Recorded, Unit
from hub.projections import customers, interactions
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = b"k" * 32
ANN, BOB = "customer-ann", "customer-bob"
GOLDEN = Path(__file__).parent.parent / "golden"


class StillClock:
    """It is noon."""

    speed = 1.0

    def now(self) -> datetime:
        return NOON

    async def sleep(self, seconds: float) -> None:
        """Nothing waits here."""


def meta(minutes: int = 0) -> dict[str, Any]:
    at = NOON + timedelta(minutes=minutes)
    return {"at": at, "recorded_at": at, "causation": "c", "actor": "adapter:test"}


def contact(contact_id: str, text: str = "where is my card") -> ContactReceived:
    return ContactReceived(
        **meta(), contact_id=contact_id, channel=Channel.SMS, address="+98912", sender="shop", thread="t",
        identifiers=(Identifier(kind="phone", value="+98912"),), purpose="service", service="cards", language="fa",
        subject="a card", text=text, standing=Standing(), pool="main",
    )  # fmt: skip


def queued(contact_id: str, customer: str, consult_of: str = "") -> InteractionQueued:
    return InteractionQueued(
        **meta(), queue="care", priority=1, skills={}, units=100, policy="p", reasons=("rule 1",), pool="main",
        contact_id=contact_id, customer_id=customer, channel=Channel.SMS, thread="t", service="cards",
        consult_of=consult_of,
    )  # fmt: skip


class World:
    """A journal in memory with ann in it, whose export can be asked for."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        clock = StillClock()
        views = LinkViews(self.journal, customers.PROJECTION, interactions.PROJECTION)
        dossiers = Dossiers(self.journal, clock, KEY, PathPolicies(self.journal, clock), views)
        self.exports = Exports(self.journal, clock, KEY, dossiers, views)

    async def say(self, stream: str, *events: Event) -> None:
        [outcome] = await self.journal.commit([Unit([Append(stream, self.journal.version(stream), events)])])
        assert not isinstance(outcome, Exception)

    async def register(self, *streams: str) -> None:
        for minutes, stream in enumerate(streams):
            await self.say(stream, CustomerRegistered(**meta(minutes - 60)))

    async def told(self, customer: str = ANN) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(await joined(as_json(await self.exports.begin(customer))))
        return found

    async def read(self, customer: str = ANN) -> str:
        return (await joined(as_markdown(await self.exports.begin(customer)))).decode()


async def joined(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


@pytest.fixture
async def world() -> World:
    made = World()
    await made.register(ANN, BOB)
    return made


HOME = {
    "hub.domain.account.events": "customer",
    "hub.domain.cases.events": "customer",
    "hub.domain.customer.appointments": "customer",
    "hub.domain.customer.callbacks.events": "customer",
    "hub.domain.customer.consent.events": "customer",
    "hub.domain.customer.events": "customer",
    "hub.domain.customer.links.events": "customer",
    "hub.domain.customer.notes": "customer",
    "hub.domain.customer.outbound.events": "customer",
    "hub.domain.customer.profile.events": "customer",
    "hub.domain.customer.purchases.events": "customer",
    "hub.domain.customer.recordings.events": "customer",
    "hub.domain.customer.slots.events": "customer",
    "hub.domain.customer.verification.events": "customer",
    "hub.domain.customer.visits": "customer",
    "hub.domain.decision.events": "customer",
    "hub.domain.grant.events": "customer",
    "hub.domain.interaction.events": "interaction",
    "hub.domain.reading.events": "reading",
    "hub.domain.satisfaction.events": "customer",
}
"""In which stream the facts of a module stand that are about a customer."""
OF_NOBODY = {
    "hub.domain.access.events",
    "hub.domain.access.people.events",
    "hub.domain.access.sessions.events",
    "hub.domain.agent.events",
    "hub.domain.canned.events",
    "hub.domain.capacity.events",
    "hub.domain.policy.events",
    "hub.domain.pool.events",
    "hub.domain.rejected.events",
    "hub.domain.retention.events",
}
"""Modules whose facts are about people who work here, agents, policies and the hub itself."""


def test_of_every_kind_of_fact_it_is_known_whether_a_customer_has_it() -> None:
    assert {cls.__module__ for cls in EVENT_CLASSES} <= HOME.keys() | OF_NOBODY, (
        "say here where these facts stand, and see that an export finds them"
    )


@pytest.mark.parametrize("cls", [cls for cls in EVENT_CLASSES if cls.__module__ in HOME], ids=lambda cls: cls.__name__)
async def test_every_kind_of_fact_about_a_customer_is_in_it(world: World, cls: type[Event]) -> None:
    state = (GOLDEN / f"{cls.__name__}.{cls.SCHEMA}.json").read_bytes().removesuffix(b"\n")
    event = Codec().decode(ANN, f"{cls.__name__}/{cls.SCHEMA}", state)
    home = HOME[cls.__module__]
    stream = {"customer": ANN, "reading": reading_stream(ANN), "interaction": interaction_id(KEY, "c-1")}[home]
    if home == "interaction":
        await world.say(ANN, contact("c-1"))
        if cls is not InteractionQueued:
            await world.say(stream, queued("c-1", ANN))
    elif isinstance(getattr(event, "left", None), Side):
        event = event.model_copy(update={"left": Side(id=ANN, since=NOON), "right": Side(id=BOB, since=NOON)})
    await world.say(stream, event)
    told = await world.told()
    facts = [*told["facts"], *(fact for one in told["interactions"] for fact in one["facts"]), *told["read_by"]]
    [*_, fact] = [one for one in facts if one["type"] == cls.__name__ and one["stream"] == stream]
    held = orjson.loads(orjson.dumps(event.model_dump(), option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS))
    assert fact["fields"] == {name: value for name, value in held.items() if name not in Event.model_fields}
    assert (fact["fact"], fact["actor"]) == (in_words(cls.__name__), event.actor)
    markdown = await world.read()
    assert f"**{in_words(cls.__name__)}** by {event.actor}" in markdown
    for value in fact["fields"].values():
        if isinstance(value, str) and value:
            assert value.splitlines()[0] in markdown


async def test_who_it_is_what_happened_and_who_read_it_stand_in_one_document(world: World) -> None:
    await world.say(ANN, ProfileChanged(**meta(), name="Negar"), contact("c-1"), contact("c-2"))
    await world.say(ANN, IdentifierObserved(**meta(), kind="phone", value="+98912", verified=True))
    await world.say(ANN, PurchaseRecorded(**meta(), purchase_id="p-1", amount=5, currency="IRR"))
    first, second = (interaction_id(KEY, name) for name in ("c-1", "c-2"))
    await world.say(first, queued("c-1", ANN))
    await world.say("interaction-consult", queued("", ANN, consult_of=first))
    await world.say(interaction_id(KEY, "c-9"), queued("c-9", BOB))
    await world.say(reading_stream(ANN), PersonalDataRead(**meta(), customer_id=ANN, what="timeline"))
    told = await world.told()
    assert list(told) == [
        "export_of", "asked_for", "made_at", "forgotten", "customer", "facts", "interactions", "read_by",
    ]  # fmt: skip
    assert (told["export_of"], told["made_at"], told["forgotten"]) == (ANN, "2026-03-01T12:00:00Z", False)
    assert told["customer"]["name"] == "Negar"
    assert told["customer"]["named_by"]["actor"] == "adapter:test"
    assert [one["purchase_id"] for one in told["customer"]["purchases"]] == ["p-1"]
    assert [one["value"] for one in told["customer"]["identifiers"]] == ["+98912"]
    assert {one["interaction_id"] for one in told["interactions"]} == {first, "interaction-consult"}
    assert second not in {one["interaction_id"] for one in told["interactions"]}
    assert [one["fields"]["what"] for one in told["read_by"]] == ["timeline"]
    markdown = await world.read()
    for words in ("Negar", "where is my card", "## Who read it", "**Contact received** by adapter:test", "+98912"):
        assert words in markdown


async def test_all_streams_of_a_customer_are_in_it_in_the_order_of_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "PAGE", 3)
    sides = {"left": Side(id=ANN, since=NOON), "right": Side(id=BOB, since=NOON)}
    for stream in (ANN, BOB):
        await world.say(stream, CustomersLinked(**meta(), **sides, link_id="l", rule="by_hand"))
    for number in range(20):
        await world.say((ANN, BOB)[number % 3 == 0], contact(f"c-{number}"))
    await world.say("customer-carl", CustomerRegistered(**meta()), contact("c-77"))
    for asked in (ANN, BOB):
        told = await world.told(asked)
        assert (told["export_of"], told["asked_for"]) == (ANN, asked)
        positions = [fact["position"] for fact in told["facts"]]
        expected = [one.position for one in world.journal.log if one.stream in (ANN, BOB)]
        assert positions == expected


async def test_a_long_history_is_never_read_at_once(world: World) -> None:
    await world.say(ANN, *[contact(f"c-{number}") for number in range(3 * application.PAGE)])
    read: list[int] = []
    part = world.journal.part

    async def counted(stream: str, after: int, limit: int) -> list[Recorded]:
        found = await part(stream, after, limit)
        read.append(len(found))
        return found

    world.journal.part = counted  # type: ignore[method-assign]
    export = await world.exports.begin(ANN)
    facts = export.facts()
    for _ in range(10):
        await anext(facts)
    assert read == [application.PAGE]
    assert len([one async for one in facts]) == 3 * application.PAGE + 1 - 10
    assert max(read) == application.PAGE


async def test_nobody_has_no_export(world: World) -> None:
    with pytest.raises(NotFoundError, match="there is no customer"):
        await world.exports.begin("customer-nobody")


@pytest.mark.parametrize(
    ("name", "words"), [("ContactReceived", "Contact received"), ("CaseTaskGiven", "Case task given"), ("X", "X")]
)
def test_the_name_of_a_fact_is_read_in_words(name: str, words: str) -> None:
    assert in_words(name) == words


def test_names_in_words_tell_facts_apart() -> None:
    told: Sequence[str] = [in_words(cls.__name__) for cls in EVENT_CLASSES]
    assert not [pair for pair in itertools.pairwise(sorted(told)) if pair[0] == pair[1]]
