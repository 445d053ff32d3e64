"""What leaves by messengers: once, as fast as it may, and what is told of it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hub.channels.messaging_webhooks.provider import Provider
from hub.simulated.contract.messenger import Failure, Sent, telegram, whatsapp, written
from tests.channels.messaging_webhooks.messaging_site import Site, fake_hub, send, site, until


async def answered(there: Site, provider: str) -> Any:
    """A customer wrote: the contact."""
    told = whatsapp(written("wamid.1", "Hello")) if provider == "whatsapp" else telegram(1, "Hello")
    await there.messenger.tell(provider, told)
    return await there.only()


def status(name: str, state: str, **more: Any) -> dict[str, Any]:
    told = {"id": name, "status": state, "timestamp": "1767614460", "recipient_id": "989121234567", **more}
    return whatsapp(statuses=[told])


@pytest.mark.parametrize(("provider", "to"), [("whatsapp", "989121234567"), ("telegram", "7")])
async def test_an_answer_leaves_by_its_own_messenger(provider: str, to: str, tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        contact = await answered(there, provider)
        there.hub.commands.put_nowait(send(to=contact.path.address, thread=contact.thread, text='"{id}" {secret}'))
        [told] = await until(lambda: there.hub.signals)
        assert there.messenger.sent == [Sent(to, '"{id}" {secret}')]
        assert (told.signal, told.thread) == ("sent", contact.thread)


async def test_what_the_hub_begins_goes_to_a_messengers_address_alone(tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        there.hub.commands.put_nowait(send("contact-1", "visitor-0123"))
        there.hub.commands.put_nowait(send("contact-2", "pigeon:7"))
        there.hub.commands.put_nowait(send("contact-3", "telegram:7"))
        await until(lambda: there.hub.told() == [("sent", "contact-3")])
        [told] = there.hub.signals
        await there.messenger.tell("telegram", telegram(1, "Thank you"))
        assert (await there.only()).thread == told.thread
        assert there.messenger.sent == [Sent("7", "It is on its way")]


async def test_statuses_are_told_also_after_a_crash_and_read_is_seen(tmp_path: Path) -> None:
    hub = fake_hub()
    async with site(tmp_path, hub) as there:
        hub.commands.put_nowait(send())
        await until(lambda: hub.told() == [("sent", "contact-1")])
    async with site(tmp_path, hub) as there:
        for state in ("sent", "delivered", "read", "something new"):
            assert (await there.messenger.tell("whatsapp", status("wamid.1", state)))[0] == 200
        assert (await there.messenger.tell("whatsapp", status("wamid.unknown", "failed")))[0] == 200
        assert hub.told() == [("sent", "contact-1"), ("delivered", "contact-1"), ("delivered", "contact-1")]
        failed = status("wamid.1", "failed", errors=[{"code": 131047, "title": "Re-engagement message"}])
        assert (await there.messenger.tell("whatsapp", failed))[0] == 200
        assert (hub.told()[-1], hub.signals[-1].reason) == (("failed", "contact-1"), "Re-engagement message")


async def test_a_status_that_the_hub_has_not_confirmed_comes_again(tmp_path: Path) -> None:
    async with site(tmp_path, answer_within_seconds=0.2) as there:
        there.hub.commands.put_nowait(send())
        await until(lambda: there.hub.signals)
        there.hub.answers.clear()
        assert (await there.messenger.tell("whatsapp", status("wamid.1", "delivered")))[0] == 503


async def test_a_status_that_comes_before_the_answer_which_names_its_message_is_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answers, submit = asyncio.Event(), asyncio.Event(), Provider.submit

    async def slow(provider: Provider, name: str, to: str, words: str) -> str:
        asked.set()
        await answers.wait()
        return await submit(provider, name, to, words)

    monkeypatch.setattr(Provider, "submit", slow)
    monkeypatch.setattr("hub.channels.unnamed._LOOKS_AGAIN", (0.0,))
    async with site(tmp_path) as there:
        there.hub.commands.put_nowait(send())
        await asked.wait()
        assert (await there.messenger.tell("whatsapp", status("wamid.1", "failed")))[0] == 503
        others = status("wamid.1", "failed", recipient_id="4711")
        assert (await there.messenger.tell("whatsapp", others))[0] == 200
        answers.set()
        await until(lambda: there.hub.told() == [("sent", "contact-1")])
        assert (await there.messenger.tell("whatsapp", status("wamid.1", "failed")))[0] == 200
        assert there.hub.told()[-1] == ("failed", "contact-1")


@pytest.mark.parametrize(
    "failure",
    [
        Failure(429, {}, {"Retry-After": "0.1"}),
        Failure(503),
        Failure(400, {"error": {"code": 131056, "message": "Pair rate limit hit"}}),
    ],
)
async def test_what_surely_did_not_leave_is_sent_later(failure: Failure, tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        there.messenger.failures += [failure, failure]
        there.hub.commands.put_nowait(send())
        await until(lambda: there.hub.told() == [("sent", "contact-1")])
        assert there.messenger.sent == [Sent("989121234567", "It is on its way")]


async def test_who_says_when_is_not_asked_before(tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        there.messenger.failures += [Failure(429, {"ok": False, "parameters": {"retry_after": 3000}}), Failure(400)]
        there.hub.commands.put_nowait(send("contact-1", "telegram:7"))
        await until(lambda: len(there.messenger.failures) == 1)
        late = send("contact-2", "telegram:8", report_by="2026-01-05T12:00:01Z")
        there.hub.commands.put_nowait(late)
        await until(lambda: there.hub.told() == [("failed", "contact-2")])
        assert len(there.messenger.failures) == 1
        there.messenger.failures.clear()
        there.hub.commands.put_nowait(send("contact-3"))  # the other messenger has said nothing
        await until(lambda: ("sent", "contact-3") in there.hub.told())
        assert there.messenger.sent == [Sent("989121234567", "It is on its way")]


@pytest.mark.parametrize("ends", [0, -1, 500])
async def test_what_may_have_left_is_not_sent_again(ends: int, tmp_path: Path) -> None:
    hub = fake_hub()
    async with site(tmp_path, hub) as there:
        there.messenger.failures += [Failure(ends)]
        hub.commands.put_nowait(send())
        hub.commands.put_nowait(send("contact-2"))
        await until(lambda: hub.told() == [("sent", "contact-2")])
        count = len(there.messenger.sent)
        assert count == (2 if ends == -1 else 1)
    async with site(tmp_path, hub) as there:
        hub.commands.put_nowait(send())
        hub.commands.put_nowait(send("contact-2"))
        await until(lambda: hub.told() == [("sent", "contact-2")] * 2)
        assert there.messenger.sent == []


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"text": "x" * 4097}, "4,097 characters"),
        ({"text": " "}, "says something"),
        ({"attachments": [{"uri": "hub-file:1"}]}, "no files of ours"),
        ({"to": "whatsapp:"}, "begins with whatsapp:"),
    ],
)
async def test_what_no_messenger_carries_has_failed(told: dict[str, Any], reason: str, tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        there.hub.commands.put_nowait(send(**told))
        there.hub.commands.put_nowait(send(**told))
        await until(lambda: there.hub.told() == [("failed", "contact-1")] * 2)
        assert reason in there.hub.signals[0].reason
        assert there.messenger.sent == []


async def test_what_the_provider_declines_has_failed_with_its_words(tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        there.messenger.failures += [Failure(403, {"description": "Forbidden: bot was blocked by the user"})]
        there.hub.commands.put_nowait(send(to="telegram:7"))
        await until(lambda: there.hub.told() == [("failed", "contact-1")])
        assert "blocked by the user" in there.hub.signals[0].reason


async def test_an_answer_to_a_message_of_ours_is_in_its_conversation(tmp_path: Path) -> None:
    async with site(tmp_path) as there:
        there.hub.commands.put_nowait(send())
        [told] = await until(lambda: there.hub.signals)
        quoting = written("wamid.9", "Yes", context={"from": "1055", "id": "wamid.1"})
        await there.messenger.tell("whatsapp", whatsapp(quoting))
        assert (await there.only()).thread == told.thread
