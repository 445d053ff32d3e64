"""What was recorded of a call: on record once, heard by who may with a trace, gone with its uri."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.application.intake.recordings import Take
from hub.domain.access.events import Role
from hub.domain.contact import Attachment, Channel, RecordingKind
from hub.domain.customer.events import CustomerRegistered
from hub.domain.customer.recordings.events import ConversationRecorded
from hub.domain.errors import InvalidError
from hub.domain.interaction.events import InteractionQueued, OfferAccepted
from hub.domain.reading.events import PersonalDataRead
from hub.ports import Erasure
from tests.api.asking import says
from tests.api.world import META, NOON, World
from tests.projections.happenings import placement

MINA, WORK = "customer-7", "interaction-1"
SOUND = Attachment(uri="hub-file:1", media_type="audio/wav", name="r.wav", size=4)
BY = {"actor": "adapter:phone", "command_id": "rec-1-recorded"}


def take(**more: Any) -> Take:
    told = {"interaction_id": WORK, "channel": Channel.PHONE, "kind": RecordingKind.RECORDING, "attachment": SOUND}
    return Take(**{**told, "started_at": NOON - timedelta(minutes=1), "seconds": 42.5, **more})


async def begin(world: World) -> None:
    """Ann spoke with Mina, and it was recorded."""
    queued = InteractionQueued(
        **META, **placement("cards"), pool="main", contact_id="c-1", customer_id=MINA, channel=Channel.PHONE,
        thread="call-1", service="cards", segment="B2C", value_tier="", lifecycle_stage="", language="fa",
    )  # fmt: skip
    world.write(
        (MINA, CustomerRegistered(**META)),
        (WORK, queued),
        (WORK, OfferAccepted(**META, offer_id="offer-1-1", agent_id="ann")),
    )
    world.files.held[SOUND.uri] = b"RIFF"
    await world.services.recordings.note(take(), **BY)


@pytest.fixture
async def world() -> World:
    world = World(agents_hear=True)
    await begin(world)
    return world


@pytest.fixture
async def boss(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with asked_of(world) as client:
        client.headers.update(await world.bearer(Role.SUPERVISOR, "eve"))
        yield client


def asked_of(world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(world.app, raise_app_exceptions=False), base_url="http://hub"
    )


def read(world: World) -> list[tuple[str, str, str]]:
    found = [one.event for one in world.journal.log if isinstance(one.event, PersonalDataRead)]
    return [(one.actor, one.what, one.customer_id) for one in found]


async def test_it_is_listed_with_its_conversation_and_heard_with_a_trace(world: World, boss: httpx.AsyncClient) -> None:
    told = (await boss.get(f"/v1/interactions/{WORK}/recordings")).json()
    assert told == {
        "interaction_id": WORK,
        "customer_id": MINA,
        "recordings": [
            {
                "recording_id": "recording-7-1", "channel": "phone", "kind": "recording",
                "started_at": "2026-01-05T11:59:00Z", "seconds": 42.5, "media_type": "audio/wav", "size": 4,
                "kept": True,
            }
        ],
    }  # fmt: skip
    heard = await boss.get("/v1/recordings/recording-7-1")
    assert (heard.status_code, heard.content, heard.headers["content-type"]) == (200, b"RIFF", "audio/wav")
    assert read(world) == [("operator:eve", "recordings", MINA), ("operator:eve", "recording", MINA)]


async def test_the_same_sound_is_on_record_once_and_another_has_a_name_of_its_own(world: World) -> None:
    await world.services.recordings.note(take(), **BY)
    await world.services.recordings.note(take(), **BY | {"command_id": "sent again"})
    more = take(attachment=SOUND.model_copy(update={"uri": "hub-file:2"}), kind=RecordingKind.VOICEMAIL)
    await world.services.recordings.note(more, **BY | {"command_id": "rec-2"})
    facts = [one for one in world.journal.log if isinstance(one.event, ConversationRecorded)]
    assert [(one.stream, one.event.recording_id, one.event.kind) for one in facts] == [
        (MINA, "recording-7-1", "recording"), (MINA, "recording-7-2", "voicemail"),
    ]  # fmt: skip
    with pytest.raises(InvalidError) as refused:
        await world.services.recordings.note(take(interaction_id="interaction-2"), **BY)
    assert refused.value.field == "interaction_id"


async def test_an_agent_hears_their_own_conversations_where_the_hub_allows_it(
    world: World, boss: httpx.AsyncClient
) -> None:
    ann, ben = await world.bearer(Role.AGENT, "desk", "ann"), await world.bearer(Role.AGENT, "desk", "ben")
    assert (await boss.get("/v1/recordings/recording-7-1", headers=ann)).content == b"RIFF"
    says(await boss.get("/v1/recordings/recording-7-1", headers=ben), 403, "forbidden")
    strict = World()
    await begin(strict)
    async with asked_of(strict) as client:
        desk = await strict.bearer(Role.AGENT, "desk", "ann")
        says(await client.get("/v1/recordings/recording-7-1", headers=desk), 403, "forbidden")
        assert (await client.get(f"/v1/interactions/{WORK}/recordings", headers=desk)).status_code == 200
    assert read(world) == [("agent:ann", "recording", MINA)], "who was refused has heard nothing"
    assert [what for _, what, _ in read(strict)] == ["recordings"]


async def test_what_is_not_kept_any_more_is_listed_and_not_heard(world: World, boss: httpx.AsyncClient) -> None:
    [position] = [one.position for one in world.journal.log if isinstance(one.event, ConversationRecorded)]
    await world.journal.erase([Erasure(position, ("attachment",))])
    [row] = (await boss.get(f"/v1/interactions/{WORK}/recordings")).json()["recordings"]
    assert (row["kept"], row["seconds"], row["media_type"], row["size"]) == (False, 42.5, "", None)
    says(await boss.get("/v1/recordings/recording-7-1"), 404, "not-found")


async def test_what_there_is_not_is_not_found(world: World, boss: httpx.AsyncClient) -> None:
    for path in ("/v1/recordings/recording-7-2", "/v1/recordings/r", "/v1/interactions/interaction-2/recordings"):
        says(await boss.get(path), 404, "not-found")
    world.files.held.clear()
    says(await boss.get("/v1/recordings/recording-7-1"), 404, "not-found")
    assert read(world) == []


async def test_the_timeline_tells_of_it_without_the_way_to_it(world: World, boss: httpx.AsyncClient) -> None:
    lines = (await boss.get(f"/v1/customers/{MINA}/timeline?kind=recording")).json()["timeline"]
    assert [(one["what"], one["event"]["recording_id"]) for one in lines] == [("made", "recording-7-1")]
    assert "hub-file" not in str(lines)


async def test_a_hearing_that_cannot_be_written_down_is_none(world: World, boss: httpx.AsyncClient) -> None:
    world.journal.fail_next = 1
    told = await boss.get("/v1/recordings/recording-7-1")
    assert (told.status_code, b"RIFF" in told.content) == (503, False)
