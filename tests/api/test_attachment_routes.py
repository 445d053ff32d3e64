"""Files over HTTP: brought by who writes, got from the contact they came with, by nobody who may not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.api.feed import frame
from hub.api.topics import Told
from hub.domain.access.events import Role
from hub.domain.contact import Attachment, Channel, RecordingKind, Standing
from hub.domain.customer.events import ContactReceived, CustomerForgotten, CustomerRegistered
from hub.domain.customer.outbound.events import ContactPlanned
from hub.domain.customer.recordings.events import ConversationRecorded
from hub.domain.reading.events import PersonalDataRead
from hub.ports import ContactRow, Erasure, Recorded
from tests.api.asking import says
from tests.api.world import META, NOON, World

MINA = "customer-7"
CARD = Attachment(uri="hub-file:card", media_type="image/png", name="my card.png", size=4)
PAGE = Attachment(uri="hub-file:page", media_type="text/html", name="صفحه.html", size=4)
ELSEWHERE = Attachment(uri="s3://files/1", name="far.txt")
ROUTE = f"/v1/customers/{MINA}/attachments"


def came(*files: Attachment, contact: str = "m/1", **more: Any) -> ContactReceived:
    told = {**META, "actor": "adapter:mail", "channel": Channel.EMAIL, "address": "mina@example.com", **more}
    return ContactReceived(
        **told, contact_id=contact, sender="us", thread="t", purpose="service", service="", language="",
        subject="card", text="look", standing=Standing(), pool="main", attachments=files,
    )  # fmt: skip


@pytest.fixture
def world() -> World:
    """Mina wrote with files."""
    world = World()
    world.write((MINA, CustomerRegistered(**META)), (MINA, came(CARD, PAGE, ELSEWHERE)))
    world.journal.rows["m/1"] = ContactRow("m/1", MINA, b"")
    world.files.held |= {CARD.uri: b"\x89PNG", PAGE.uri: b"<b>"}
    return world


def read(world: World) -> list[tuple[str, str]]:
    return [(one.event.actor, one.event.what) for one in world.journal.log if isinstance(one.event, PersonalDataRead)]


async def test_what_is_brought_is_answered_as_it_is_to_be_named(world: World, ann: httpx.AsyncClient) -> None:
    told = await ann.post("/v1/attachments?name=letter.pdf", content=b"%PDF", headers={"Content-Type": "text/x"})
    assert told.status_code == 201
    assert told.json() == {"uri": "hub-file:1", "media_type": "text/x", "name": "letter.pdf", "size": 4}
    assert world.files.held["hub-file:1"] == b"%PDF"
    assert Attachment.model_validate(told.json())


async def test_what_is_too_long_or_empty_is_not_kept(world: World, ann: httpx.AsyncClient) -> None:
    world.files.largest = 10
    says(await ann.post("/v1/attachments", content=b"x" * 11), 413, "too-large")

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 8

    says(await ann.post("/v1/attachments", content=endless()), 413, "too-large")
    says(await ann.post("/v1/attachments", content=b""), 422, "invalid", "body")
    says(await ann.post(f"/v1/attachments?name={'x' * 256}", content=b"x"), 422, "invalid", "name")
    assert len(world.files.held) == 2
    assert (await ann.post("/v1/attachments", content=b"x" * 10)).status_code == 201


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("Invoice.pdf.EXE", "application/pdf"), ("run.bat. ", "text/plain"), ("x", "application/x-msdownload; v=1")],
)
async def test_no_program_is_kept(world: World, ann: httpx.AsyncClient, name: str, media_type: str) -> None:
    told = await ann.post("/v1/attachments", params={"name": name}, content=b"MZ", headers={"Content-Type": media_type})
    says(told, 415, "refused-file")
    says(await ann.post("/v1/attachments", files={"file": (name, b"MZ", media_type)}), 415, "refused-file")
    assert len(world.files.held) == 2


async def test_a_form_names_its_file(world: World, ann: httpx.AsyncClient) -> None:
    form = {"files": {"file": ("نامه.pdf", b"%PDF", "application/pdf")}, "data": {"comment": "as you asked"}}
    told = await ann.post("/v1/attachments", **form)
    assert told.status_code == 201
    assert told.json() == {"uri": "hub-file:1", "media_type": "application/pdf", "name": "نامه.pdf", "size": 4}
    assert world.files.held["hub-file:1"] == b"%PDF"
    assert (await ann.post("/v1/attachments?name=other.pdf", **form)).json()["name"] == "other.pdf"


@pytest.mark.parametrize("size", [1, 2, 7, 64])
async def test_a_form_may_come_in_pieces_of_any_size(world: World, ann: httpx.AsyncClient, size: int) -> None:
    content = bytes(range(256)) + b"\r\n--b\r\n-"
    head = b'--bound\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\nContent-Type: image/png\r\n\r\n'
    body = head + content + b"\r\n--bound--\r\n"

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    told = await ann.post("/v1/attachments", content=pieces(), headers=FORM)
    assert (told.status_code, told.json()["media_type"], told.json()["name"]) == (201, "image/png", "a.bin")
    assert world.files.held["hub-file:1"] == content


FORM = {"Content-Type": "multipart/form-data; boundary=bound"}


async def test_a_form_is_read_no_further_than_its_file_may_be_long(world: World, ann: httpx.AsyncClient) -> None:
    world.files.largest = 10
    assert (await ann.post("/v1/attachments", files={"file": ("a", b"x" * 10)})).status_code == 201
    says(await ann.post("/v1/attachments", files={"file": ("a", b"x" * 11)}), 413, "too-large")
    sent = 0

    async def endless(head: bytes) -> AsyncIterator[bytes]:
        nonlocal sent
        yield head
        while True:
            sent += 1000
            yield b"x" * 1000

    for name in (b'name="f"; filename="a"', b'name="f"'):
        head = b"--bound\r\nContent-Disposition: form-data; " + name + b"\r\n\r\n"
        says(await ann.post("/v1/attachments", content=endless(head), headers=FORM), 413, "too-large")
    assert sent < 200_000


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", FORM["Content-Type"]),
        (b"no form at all", FORM["Content-Type"]),
        (b"--bound--\r\n", FORM["Content-Type"]),
        (b'--bound\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n--bound--\r\n', FORM["Content-Type"]),
        (b'--bound\r\nContent-Disposition: form-data; filename="a"\r\n\r\n\r\n--bound--\r\n', FORM["Content-Type"]),
        (b'--bound\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx', FORM["Content-Type"]),
        (2 * b'--bound\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n' + b"--bound--\r\n",
         FORM["Content-Type"]),
        (b"--bound--\r\n", "multipart/form-data"),
    ],
)  # fmt: skip
async def test_what_is_no_form_with_one_file_is_refused(
    world: World, ann: httpx.AsyncClient, body: bytes, content_type: str
) -> None:
    told = await ann.post("/v1/attachments", content=body, headers={"Content-Type": content_type})
    says(told, 422, "invalid", "body")
    assert len(world.files.held) == 2


async def test_what_nobody_says_the_type_of_is_no_form(world: World, ann: httpx.AsyncClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    told = await ann.post("/v1/attachments?name=a.png", content=b"x", headers=form)
    assert (told.status_code, told.json()["media_type"]) == (201, "application/octet-stream"), (
        "its name tells the store"
    )
    assert world.files.held["hub-file:1"] == b"x"


async def test_a_store_that_does_not_answer_is_asked_again(world: World, ann: httpx.AsyncClient) -> None:
    world.files.away = True
    told = says(await ann.post("/v1/attachments", content=b"x"), 503, "unavailable")
    assert "/secret" not in str(told)
    says(await ann.get(f"{ROUTE}/m%2F1/1"), 503, "unavailable")


async def test_the_file_of_a_contact_is_handed_out_so_that_no_browser_runs_it(
    world: World, ann: httpx.AsyncClient
) -> None:
    card, page = await ann.get(f"{ROUTE}/m%2F1/1"), await ann.get(f"{ROUTE}/m%2F1/2")
    assert (card.content, card.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert card.headers["content-disposition"] == "inline; filename*=UTF-8''my%20card.png"
    assert (page.content, page.headers["content-type"]) == (b"<b>", "application/octet-stream")
    assert page.headers["content-disposition"] == "attachment; filename*=UTF-8''%D8%B5%D9%81%D8%AD%D9%87.html"
    for told in (card, page):
        assert told.headers["x-content-type-options"] == "nosniff"
        assert told.headers["content-security-policy"] == "sandbox"
    assert read(world) == [("agent:ann", "attachment")], "both are one reading, so soon after each other"


async def test_what_there_is_not_is_not_found_and_leaves_no_trace(world: World, ann: httpx.AsyncClient) -> None:
    world.write(("customer-8", CustomerRegistered(**META)))
    for path in (f"{ROUTE}/m%2F1/3", f"{ROUTE}/m%2F1/4", f"{ROUTE}/m2/1"):
        says(await ann.get(path), 404, "not-found")
    for other in ("customer-8", "customer-9"):
        says(await ann.get(f"/v1/customers/{other}/attachments/m%2F1/1"), 404, "not-found")
    says(await ann.get(f"{ROUTE}/m%2F1/0"), 422, "invalid", "number")
    del world.files.held[CARD.uri]
    says(await ann.get(f"{ROUTE}/m%2F1/1"), 404, "not-found")
    assert read(world) == []


async def test_after_forgetting_there_is_nothing_left_to_get(world: World, ann: httpx.AsyncClient) -> None:
    [position] = [one.position for one in world.journal.log if isinstance(one.event, ContactReceived)]
    await world.journal.erase([Erasure(position, ("attachments",))])
    world.write((MINA, CustomerForgotten(**META, reason="asked")))
    says(await ann.get(f"{ROUTE}/m%2F1/1"), 404, "not-found")


async def test_a_reading_that_cannot_be_written_down_shows_nothing(world: World, ann: httpx.AsyncClient) -> None:
    world.journal.fail_next = 1
    told = await ann.get(f"{ROUTE}/m%2F1/1")
    assert (told.status_code, b"PNG" in told.content) == (503, False)


async def test_people_are_told_where_a_file_is_got_and_never_its_key(world: World, ann: httpx.AsyncClient) -> None:
    contact = (await ann.get("/v1/contacts/m%2F1")).json()
    assert contact["attachments"] == [
        {"name": "my card.png", "media_type": "image/png", "size": 4, "href": f"{ROUTE}/m%2F1/1", "uri": ""},
        {"name": "صفحه.html", "media_type": "text/html", "size": 4, "href": f"{ROUTE}/m%2F1/2", "uri": ""},
        {"name": "far.txt", "media_type": "application/octet-stream", "size": None, "href": "", "uri": "s3://files/1"},
    ]
    [line] = (await ann.get(f"/v1/customers/{MINA}/timeline?kind=contact")).json()["timeline"]
    assert line["attachments"] == contact["attachments"]
    assert (await ann.get(line["attachments"][0]["href"])).content == b"\x89PNG"
    own = await world.bearer(Role.ADAPTER, "mail")
    told = (await ann.get("/v1/contacts/m%2F1", headers=own)).json()
    assert [one["uri"] for one in told["attachments"]] == [CARD.uri, PAGE.uri, ELSEWHERE.uri]


async def test_the_file_of_what_is_yet_to_be_sent_is_got_by_its_plan(world: World, ann: httpx.AsyncClient) -> None:
    planned = ContactPlanned(
        **META, outbound_id="decision-7-1", due_at=NOON, slot_id="", customer_id=MINA, purpose="reply", proposes=False,
        channels=(Channel.EMAIL,), sender="agent", subject="", text="", attachments=(CARD,),
    )  # fmt: skip
    world.write((MINA, planned))
    [line] = (await ann.get(f"/v1/customers/{MINA}/timeline?kind=outbound")).json()["timeline"]
    [file] = line["event"]["attachments"]
    assert (file["uri"], file["href"]) == ("", f"{ROUTE}/decision-7-1/1")
    assert (await ann.get(file["href"])).content == b"\x89PNG"


async def test_a_recording_is_heard_by_the_rule_of_recordings_and_a_voicemail_by_who_works(
    world: World, ann: httpx.AsyncClient
) -> None:
    call = Attachment(uri="hub-file:call", media_type="audio/wav", name="call.wav", size=4)
    voice = Attachment(uri="hub-file:voice", media_type="audio/wav", name="voice.wav", size=4)
    world.files.held |= {call.uri: b"RIFF", voice.uri: b"RIFF"}
    for number, (file, kind) in enumerate(((call, RecordingKind.RECORDING), (voice, RecordingKind.VOICEMAIL)), 1):
        taken = ConversationRecorded(
            **META, recording_id=f"recording-7-{number}", channel=Channel.PHONE, kind=kind,
            started_at=NOON - timedelta(minutes=1), seconds=4.0, attachment=file,
        )  # fmt: skip
        world.write((MINA, taken))
    world.write((MINA, came(call, voice, contact="v-1")))
    says(await ann.get(f"{ROUTE}/v-1/1"), 403, "forbidden")
    assert (await ann.get(f"{ROUTE}/v-1/2")).content == b"RIFF"
    boss = await world.bearer(Role.SUPERVISOR, "eve")
    assert (await ann.get(f"{ROUTE}/v-1/1", headers=boss)).content == b"RIFF"


def test_who_follows_a_customer_is_told_of_files_without_their_keys() -> None:
    taken = ConversationRecorded(
        **META, recording_id="recording-7-1", channel=Channel.PHONE, kind=RecordingKind.RECORDING, started_at=NOON,
        seconds=4.0, attachment=CARD,
    )  # fmt: skip
    for event in (came(CARD, PAGE), taken, taken.model_copy(update={"attachment": None})):
        told = frame(Told(Recorded(1, MINA, 1, event), ())).decode()
        assert ("my card.png" in told, "hub-file" in told) == (getattr(event, "attachment", CARD) is not None, False)
