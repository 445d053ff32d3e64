"""What messengers bring: who may, what becomes of it, and what they are told meanwhile."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.channels.messaging_webhooks.mapping import SHIPPED
from hub.simulated.contract.messenger import Failure, telegram, whatsapp, written
from tests.channels.messaging_webhooks.messaging_site import fake_hub, site, until


async def test_a_message_of_the_first_kind_is_a_contact(tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        assert (await there.messenger.tell("whatsapp", whatsapp(written("wamid.1", "Where is my card?"))))[0] == 200
        contact = await there.only()
    assert (contact.path.channel, contact.path.address) == ("web", "whatsapp:989121234567")
    assert (contact.text, contact.service, contact.declared.name) == ("Where is my card?", "cards", "Mina")
    assert {(one.kind, one.value, one.verified) for one in contact.identifiers} == {
        ("messenger", "whatsapp:989121234567", True),
        ("phone", "+989121234567", True),
    }
    assert contact.occurred_at.isoformat() == "2026-01-05T12:00:00+00:00"
    assert "98912" not in contact.id + contact.thread


async def test_a_message_of_the_second_kind_is_a_contact(tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        assert (await there.messenger.tell("telegram", telegram(1, "سلام")))[0] == 200
        contact = await there.only()
    assert (contact.path.address, contact.text, contact.language) == ("telegram:7", "سلام", "fa")
    assert contact.thread.startswith("messaging-telegram-")


async def test_several_in_one_request_are_taken_in_order_and_a_repeat_is_none(tmp_path: Path) -> None:
    told = whatsapp(*(written(f"wamid.{number}", f"{number}") for number in range(5)))
    async with site(tmp_path) as there:
        for _ in range(2):
            assert (await there.messenger.tell("whatsapp", told))[0] == 200
        assert there.hub.texts() == ["0", "1", "2", "3", "4"]
        assert len({one.thread for one in there.hub.contacts.values()}) == 1


async def test_a_repeat_is_known_after_a_crash(tmp_path: Path) -> None:
    hub, told = fake_hub(), whatsapp(written("wamid.1", "Hello", timestamp="later"))
    for _ in range(2):
        async with site(tmp_path, hub) as there:
            assert (await there.messenger.tell("whatsapp", told))[0] == 200
    assert hub.texts() == ["Hello"]


async def test_what_the_hub_has_not_confirmed_is_to_come_again(tmp_path: Path) -> None:
    hub, told = fake_hub(), whatsapp(written("wamid.1", "Hello", timestamp=""))
    hub.answers.clear()
    async with site(tmp_path, hub, answer_within_seconds=0.2) as there:
        status, _ = await there.messenger.tell("whatsapp", told)
        assert (status, hub.texts()) == (503, [])
    async with site(tmp_path, hub, answer_within_seconds=30) as there:  # after a crash: the same, to the last digit
        hub.answers.set()
        assert (await there.messenger.tell("whatsapp", told))[0] == 200
        assert hub.texts() == ["Hello"]


async def test_no_more_are_begun_than_may_be(tmp_path: Path) -> None:
    hub = fake_hub()
    hub.answers.clear()
    async with site(tmp_path, hub, answer_within_seconds=0.2, at_once=2) as there:
        for number in range(4):
            told = whatsapp(written(f"wamid.{number}", f"{number}"))
            assert (await there.messenger.tell("whatsapp", told))[0] == 503
        hub.answers.set()
        await until(lambda: sorted(hub.texts()) == ["0", "1"])


@pytest.mark.parametrize("provider", ["whatsapp", "telegram"])
async def test_who_can_not_sign_is_not_heard(provider: str, tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        told = whatsapp(written("wamid.1", "Hello")) if provider == "whatsapp" else telegram(1, "Hello")
        assert (await there.messenger.tell(provider, told, secret="another"))[0] == 403
        async with aiohttp.ClientSession() as session, session.post(f"{there.url}/{provider}", json=told) as answer:
            assert answer.status == 403
        assert (await there.messenger.tell(provider, told))[0] == 200
    assert there.hub.refusals == []


async def test_the_handshake_is_answered_to_who_knows_the_token(tmp_path: Path) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "a-handshake", "hub.challenge": "4711"}
    async with site(tmp_path) as there, aiohttp.ClientSession() as session:
        for provider, changed, status in (
            ("whatsapp", {}, 200), ("whatsapp", {"hub.verify_token": "another"}, 403),
            ("whatsapp", {"hub.mode": "unsubscribe"}, 403), ("telegram", {}, 404), ("pigeon", {}, 404),
        ):  # fmt: skip
            async with session.get(f"{there.url}/{provider}", params={**asked, **changed}) as answer:
                assert answer.status == status
                if status == 200:
                    assert (await answer.text(), answer.content_type) == ("4711", "text/plain")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (b"{", "body"),
        (b'"hello"', "body"),
        (whatsapp(written("", "Hello")), "id"),
        (whatsapp(written("wamid.1", "Hello", "")), "from"),
        (whatsapp({"id": {}, "from": []}), "id"),
    ],
)
async def test_what_can_not_be_taken_is_kept(told: Any, field: str, tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        assert (await there.messenger.tell("whatsapp", told))[0] == 400
        [refused] = there.hub.refusals
        assert refused.field == field
        assert (await there.stored.get(refused.raw.uri)).startswith(b"{" if field != "body" else told[:1])


async def test_who_would_hold_up_others_is_answered_that_it_is_kept(tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        assert (await there.messenger.tell("telegram", {"update_id": 1, "message": {"text": "by nobody"}}))[0] == 200
        assert len(there.hub.refusals) == 1


async def test_one_that_can_not_be_taken_keeps_no_other_away(tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        told = whatsapp(written("", "by nobody"), written("wamid.1", "Hello"))
        assert (await there.messenger.tell("whatsapp", told))[0] == 200
        assert there.hub.texts() == ["Hello"]
        assert len(there.hub.refusals) == 1


async def test_what_the_mapping_does_not_speak_of_is_passed_over(tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        assert (await there.messenger.tell("telegram", {"update_id": 1, "my_chat_member": {}}))[0] == 200
        assert (await there.messenger.tell("whatsapp", {"entry": "none"}))[0] == 200
    assert (there.hub.contacts, there.hub.refusals) == ({}, [])


async def test_a_message_without_words_comes_as_it_is(tmp_path: Path) -> None:
    told = written("wamid.1", "")
    async with site(tmp_path) as there:
        place = {**told, "type": "location", "location": {"latitude": 35.7, "longitude": 51.4}}
        assert (await there.messenger.tell("whatsapp", whatsapp(place)))[0] == 200
        [file] = (await there.only()).attachments
        assert file.name == "message.json"
        assert b"35.7" in await there.stored.get(file.uri)


def local(folder: Path, **changed: str) -> dict[str, str]:
    """The first mapping, of which files may lie on this machine."""
    text = (SHIPPED / "whatsapp.toml").read_text()
    text = text.replace('hosts = ["fbsbx.com", "facebook.com", "whatsapp.net"]', changed.pop("files"))
    (folder / "local.toml").write_text(text)
    return {"mapping": str(folder / "local.toml")}


def picture(name: str = "wamid.1", file: str = "777", **more: Any) -> dict[str, Any]:
    told = {"id": file, "mime_type": "image/jpeg", **more}
    return whatsapp({"from": "989121234567", "id": name, "timestamp": "1767614400", "type": "image", "image": told})


@pytest.mark.parametrize("provider", ["whatsapp", "telegram"])
async def test_files_are_fetched_and_kept(provider: str, tmp_path: Path) -> None:
    mapping = local(tmp_path, files='hosts = ["127.0.0.1"]\nprivate_addresses = true')
    async with site(tmp_path, whatsapp=mapping) as there:
        there.messenger.files["777"] = ("image/jpeg", b"a picture")
        document = {"file_id": "777", "file_name": "card.jpg", "mime_type": "image/jpeg", "file_size": 9}
        told = picture(caption="See?") if provider == "whatsapp" else telegram(1, caption="See?", document=document)
        assert (await there.messenger.tell(provider, told))[0] == 200
        contact = await there.only()
        assert contact.text == "See?"
        [file] = contact.attachments
        assert (file.media_type, await there.stored.get(file.uri)) == ("image/jpeg", b"a picture")


@pytest.mark.parametrize(
    ("files", "url"),
    [
        ('hosts = ["127.0.0.1"]', ""),
        ('hosts = ["localhost"]', "http://localhost:1/media/777"),
        ('hosts = ["0x7f000001"]', "http://0x7f000001:1/media/777"),
        ('hosts = ["[::1]", "::1"]', "http://[::1]:1/media/777"),
        ('hosts = ["::ffff:7f00:1"]', "http://[::ffff:127.0.0.1]:1/media/777"),
        ('hosts = ["169.254.169.254"]', "http://169.254.169.254/latest"),
        ('hosts = ["elsewhere.example"]', ""),
        ('hosts = ["127.0.0.1"]', "file:///etc/passwd"),
        ('hosts = ["127.0.0.1"]\nprivate_addresses = true\nlargest = 3', ""),
        ('hosts = ["127.0.0.1"]\nprivate_addresses = true\nmedia_types = ["audio/*"]', ""),
    ],
)
async def test_a_file_that_may_not_be_fetched_is_left_out_and_the_message_is_not(
    files: str, url: str, tmp_path: Path
) -> None:
    async with site(tmp_path, whatsapp=local(tmp_path, files=files)) as there:
        there.messenger.files["777"] = ("image/jpeg", b"a picture")
        there.messenger.file_url = url
        assert (await there.messenger.tell("whatsapp", picture()))[0] == 200
        [file] = (await there.only()).attachments
        assert file.name == "message.json"


async def test_a_file_that_can_not_be_fetched_now_comes_with_the_repeat(tmp_path: Path) -> None:
    mapping = local(tmp_path, files='hosts = ["127.0.0.1"]\nprivate_addresses = true')
    async with site(tmp_path, whatsapp=mapping) as there:
        there.messenger.files["777"] = ("image/jpeg", b"a picture")
        there.messenger.failures += [Failure(503)]
        assert (await there.messenger.tell("whatsapp", picture()))[0] == 503
        assert (await there.messenger.tell("whatsapp", picture()))[0] == 200
        assert [one.media_type for one in (await there.only()).attachments] == ["image/jpeg"]


async def test_a_file_that_can_not_be_fetched_for_long_holds_up_nothing(tmp_path: Path) -> None:
    files = 'hosts = ["127.0.0.1"]\nprivate_addresses = true\ngive_up_minutes = 0'
    async with site(tmp_path, whatsapp=local(tmp_path, files=files)) as there:
        there.messenger.failures += [Failure(503)]
        assert (await there.messenger.tell("whatsapp", picture(caption="See?")))[0] == 200
        contact = await there.only()
        assert (contact.text, [one.name for one in contact.attachments]) == ("See?", ["message.json"])


async def test_two_requests_with_the_same_message_at_once_are_one(tmp_path: Path) -> None:
    hub, told = fake_hub(), whatsapp(written("wamid.1", "Hello"))
    hub.answers.clear()
    async with site(tmp_path, hub, answer_within_seconds=30) as there:
        both = [asyncio.create_task(there.messenger.tell("whatsapp", told)) for _ in range(2)]
        await asyncio.wait(both, timeout=0.1)
        hub.answers.set()
        assert [status for status, _ in await asyncio.gather(*both)] == [200, 200]
    assert hub.texts() == ["Hello"]
