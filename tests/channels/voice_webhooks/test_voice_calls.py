"""The adapter between a provider and a hub that keep what they are told: calls in, calls out, and what goes wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.channels.command import Command
from hub.channels.voice_webhooks.adapter import make
from hub.domain.contact import Channel
from hub.settings import SettingsError
from hub.simulated.contract.voice_provider import PlayedProvider, sid
from tests.channels.email.fakes import FakeHub, place_in, until
from tests.channels.email.mail_adapter import free_port

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class World:
    """A hub, a provider, and the adapter between them."""

    def __init__(self, hub: FakeHub, provider: PlayedProvider) -> None:
        self.hub = hub
        self.provider = provider
        self._number = 0

    def tell(self, command: str, thread: str = "voice-CA1", **more: Any) -> Command:
        self._number += 1
        told = {"interaction_id": "interaction-1", **more}
        about = {"id": f"turn-{self._number}", "at": NOON, "command": command, "channel": "phone", "thread": thread}
        made = Command.model_validate({**about, **told})
        self.hub.commands.put_nowait(made)
        return made

    def signals(self) -> list[str]:
        return [one.signal.value for one in self.hub.signals]


@asynccontextmanager
async def world(folder: Path, hub: FakeHub | None = None, **more: Any) -> AsyncIterator[World]:
    hub = hub or FakeHub(name="voice_webhooks", channel=Channel.PHONE)
    hub.answers.set()
    place = place_in(folder)
    async with PlayedProvider().serving() as provider:
        task = asyncio.create_task(make(provider.table(free_port(), **more), place).run(hub))
        try:
            for _ in range(100):
                if task.done():
                    task.result()
                try:
                    await provider.tell("nothing")
                    break
                except OSError:
                    await asyncio.sleep(0.02)
            yield World(hub, provider)
        finally:
            task.cancel()
            await asyncio.wait({task})
            place.ledger.close()


async def test_a_call_is_put_in_line_once_the_hub_has_it(tmp_path: Path) -> None:
    async with world(tmp_path) as it:
        status, twiml = await it.provider.call("1")
        assert (status, "<Enqueue" in twiml) == (200, True)
        assert list(it.hub.contacts) == ["voice-CA1"]


async def test_unconfirmed_it_is_left_to_the_fallback_and_taken_when_asked_again(tmp_path: Path) -> None:
    async with world(tmp_path) as it:
        it.hub.answers.clear()
        status, _ = await it.provider.call("1")
        assert (status, it.hub.contacts) == (503, {})
        it.hub.answers.set()
        assert (await it.provider.call("1"))[0] == 200
        assert (await it.provider.call("1"))[0] == 200
        assert list(it.hub.contacts) == ["voice-CA1"]


async def test_a_repeat_has_the_time_it_had_also_in_another_process(tmp_path: Path) -> None:
    hub = FakeHub(name="voice_webhooks", channel=Channel.PHONE)
    for _ in range(2):
        async with world(tmp_path, hub) as it:
            await it.provider.call("1")
    assert len({one.occurred_at for one in hub.reported}) == 1
    assert len(hub.reported) == 2


async def test_who_calls_too_often_hears_the_busy_tone_and_the_hub_nothing_of_it(tmp_path: Path) -> None:
    async with world(tmp_path, calls_a_minute_of_one_caller=2) as it:
        answers = [await it.provider.call(number) for number in ("1", "2", "1", "3", "3")]
        assert [status for status, _ in answers] == [200] * 5
        assert ['<Reject reason="busy"' in said for _, said in answers] == [False, False, False, True, True]
        status, _ = await it.provider.tell("status", CallSid=sid("3"), CallStatus="busy")
        assert (status, it.signals(), set(it.hub.contacts)) == (204, [], {"voice-CA1", "voice-CA2"})
        other = await it.provider.tell("incoming", CallSid="CA4", From="+98913", To="+982188000")
        withheld = [await it.provider.tell("incoming", CallSid=f"CA{n}", From="anonymous") for n in (5, 6, 7)]
        assert all("<Enqueue" in said for _, said in (other, *withheld))


async def test_what_is_not_signed_is_refused_and_kept_nowhere(tmp_path: Path) -> None:
    async with world(tmp_path) as it:
        status, said = await it.provider.tell("incoming", token="another", CallSid="CA1", From="+98912")
        assert (status, "public_url" in said) == (403, True)
        assert (it.hub.contacts, it.hub.refusals) == ({}, [])


async def test_what_is_signed_and_no_call_is_refused_and_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as it:
        status, _ = await it.provider.tell("incoming", From="+98912")
        [kept] = await until(lambda: it.hub.refusals)
        assert (status, kept.field, kept.channel) == (400, "CallSid", Channel.PHONE)


async def test_what_becomes_of_a_call_is_told(tmp_path: Path) -> None:
    async with world(tmp_path) as it:
        await it.provider.call("1")
        it.tell("waiting", place=2, estimated_wait_s=None)
        await asyncio.sleep(0.1)
        _, heard = await it.provider.tell("wait?thread=voice-CA1", CallSid=sid("1"))
        assert "Callers before you: 1." in heard
        it.tell("answered", agent_id="ann")
        [(name, twiml)] = await until(lambda: it.provider.redirected)
        assert (name, "<Client>ann</Client>" in twiml) == ("CA1", True)
        over = "dialled?thread=voice-CA1&turn=turn-2&agent=ann"
        _, after = await it.provider.tell(over, CallSid="CA1", CallStatus="in-progress", DialCallStatus="no-answer")
        assert ("<Enqueue" in after, it.signals()) == (True, ["agent_missed"])
        await it.provider.tell("status", CallSid="CA1", CallStatus="completed")
        assert it.signals() == ["agent_missed", "customer_left"]


async def test_an_order_that_comes_before_the_call_is_answered_is_tried_again(tmp_path: Path) -> None:
    async with world(tmp_path) as it:
        await it.provider.call("1")
        it.provider.statuses["CA1"] = "ringing"
        it.tell("answered", agent_id="ann")
        await asyncio.sleep(0.2)
        assert it.provider.redirected == []
        it.provider.statuses["CA1"] = "in-progress"
        await until(lambda: it.provider.redirected)
        assert it.signals() == []


async def test_of_a_call_that_is_gone_the_hub_hears_as_soon_as_it_speaks_of_it(tmp_path: Path) -> None:
    async with world(tmp_path) as it:
        await it.provider.call("1")
        it.provider.statuses["CA1"] = "completed"
        it.tell("answered", agent_id="ann")
        await until(lambda: it.signals() == ["customer_left"])


async def test_told_twice_it_is_done_once(tmp_path: Path) -> None:
    async with world(tmp_path) as it:
        await it.provider.call("1")
        it.hub.commands.put_nowait(it.tell("answered", agent_id="ann"))
        it.tell("ended")
        await until(lambda: len(it.provider.redirected) >= 2)
        assert len(it.provider.redirected) == 2


async def test_a_key_asks_for_a_callback_which_is_dialled_at_the_number_they_called_from(tmp_path: Path) -> None:
    async with world(tmp_path, callback_digit="1") as it:
        await it.provider.call("1")
        await it.provider.tell("key?thread=voice-CA1", CallSid="CA1", Digits="1")
        it.tell("callback_scheduled")
        await until(lambda: it.provider.redirected)
        await it.provider.tell("status", CallSid="CA1", CallStatus="completed")
        it.tell("dial", agent_id="ann", contact_id="voice-CA1")
        await until(lambda: "customer_left" in it.signals())
        assert it.signals() == ["callback_requested", "callback_reached", "customer_left"]
        [call] = it.provider.placed
        assert (call["To"], call["From"]) == ("+989121234567", "+982188000")


@pytest.mark.parametrize(("status", "signals"), [(400, ["failed"]), (500, []), (429, ["sent"])])
async def test_a_contact_is_made_once_or_reported_as_failed(tmp_path: Path, status: int, signals: list[str]) -> None:
    async with world(tmp_path, outbound=True) as it:
        it.provider.answers.append(status)
        later = datetime(2100, 1, 1, tzinfo=UTC)
        about = {"address": "+98912", "text": "Your card is here", "contact_id": "c1", "report_by": later}
        made = it.tell("send", "c1", **about)
        again = made.model_copy(update={"id": "c1-again"})
        await asyncio.sleep(0.6)
        it.hub.commands.put_nowait(again)
        await asyncio.sleep(0.4)
        assert list(dict.fromkeys(it.signals())) == signals
        assert it.provider.said() == ["Your card is here"] * (status == 429)


@pytest.mark.parametrize("thread", ["call-1", "c1"])
async def test_what_another_adapter_carries_is_passed_over(tmp_path: Path, thread: str) -> None:
    async with world(tmp_path) as it:
        it.tell("send", thread, address="+98912", text="Hello", contact_id="c1")
        it.tell("dial", thread, address="+98912", agent_id="ann")
        it.tell("answered", thread, agent_id="ann")
        await until(it.hub.commands.empty)
        await asyncio.sleep(0.1)
        assert (it.provider.placed, it.provider.redirected, it.signals()) == ([], [], [])


async def test_a_message_is_work_and_gone_at_the_provider(tmp_path: Path) -> None:
    async with world(tmp_path) as it:
        await it.provider.call("1")
        it.provider.recordings["RE1"] = b"RIFF-sound"
        told = it.provider.tell("message", CallSid="CA1", RecordingSid="RE1", RecordingStatus="completed")
        assert (await told)[0] == 204
        left = it.hub.contacts["voice-mail-RE1"]
        assert (left.subject, left.path.address, [one.size for one in left.attachments]) == (
            "Voicemail", "+989121234567", [10],
        )  # fmt: skip
        assert it.provider.recordings == {}


async def test_a_message_that_was_not_fetched_is_fetched_after_a_restart(tmp_path: Path) -> None:
    hub = FakeHub(name="voice_webhooks", channel=Channel.PHONE)
    async with world(tmp_path, hub) as it:
        it.provider.answers.append(503)
        await it.provider.tell("message", CallSid="CA1", RecordingSid="RE1", RecordingStatus="completed")
        assert hub.contacts == {}
    hub.answers.set()
    place, provider = place_in(tmp_path), PlayedProvider(recordings={"RE1": b"RIFF"}, statuses={"CA1": "completed"})
    async with provider.serving():
        task = asyncio.create_task(make(provider.table(free_port()), place).run(hub))
        await until(lambda: "voice-mail-RE1" in hub.contacts)
        task.cancel()
        await asyncio.wait({task})
    place.ledger.close()


async def test_more_at_once_than_allowed_come_again_later(tmp_path: Path) -> None:
    async with world(tmp_path, at_once=1) as it:
        it.hub.answers.clear()
        first = asyncio.create_task(it.provider.call("1"))
        await asyncio.sleep(0.2)
        assert (await it.provider.call("2"))[1] == "too many at once: come again"
        it.hub.answers.set()
        assert (await first)[0] == 200


def test_a_table_that_is_wrong_names_the_field(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\[voice_webhooks\] account"):
        make({"public_url": "https://x", "auth_token": "t", "caller_id": "+98"}, place_in(tmp_path))
