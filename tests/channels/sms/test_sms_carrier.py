"""Text messages by a carrier that is not ours, with its faults."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.sms.carriers import NodeCarrier, carrier, installed
from tests.channels.sms.sms_site import FakeHub, running, send, table, until

THROTTLED, QUEUE_FULL, INVALID_DESTINATION = 0x58, 0x14, 0x0B
UDH = 0x40
LONG = "سلام، " * 30


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("carrier"))


@pytest.fixture
async def wire(node: Path) -> AsyncIterator[NodeCarrier]:
    async with carrier(node) as made:
        yield made


async def test_a_message_comes_in_once_the_hub_has_it(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    async with running(tmp_path, hub, table(wire.port, tmp_path / "p", answer_within_seconds=0.5)):
        await wire.linked()
        hub.answers.clear()
        assert await wire.deliver("سلام") == 0x64
        hub.answers.set()
        assert await wire.deliver("سلام") == 0
        for _ in range(2):  # the same words twice are two messages
            assert await wire.deliver("{€} again", data_coding=0) == 0
    [first, second, third] = hub.contacts.values()
    assert (first.text, second.text, third.text) == ("سلام", "{€} again", "{€} again")
    assert first.path.address == "+989121234567"
    assert first.thread == second.thread
    assert first.thread.startswith("sms-main-")
    assert first.service == "cards"


async def test_an_answer_that_was_lost_with_the_link_makes_no_second_message(wire: NodeCarrier, tmp_path: Path) -> None:
    hub, told = FakeHub(), table(wire.port, tmp_path / "p")
    async with running(tmp_path, hub, told):
        await wire.linked()
        assert await wire.deliver("only once") == 0
    async with running(tmp_path, hub, told):
        await wire.linked()
        assert await wire.deliver("only once") == 0
        assert await wire.deliver("only once") == 0
    assert hub.texts() == ["only once", "only once"]


async def test_parts_come_out_of_order_and_over_a_restart(wire: NodeCarrier, tmp_path: Path) -> None:
    hub, told = FakeHub(), table(wire.port, tmp_path / "p")
    parts = [f"050003070{3}0{n}" + words.encode("utf-16-be").hex() for n, words in ((1, "یک "), (2, "دو "), (3, "سه"))]
    async with running(tmp_path, hub, told):
        await wire.linked()
        for number in (2, 0):
            assert await wire.deliver("", hex=parts[number], esm_class=UDH, data_coding=8) == 0
        assert not hub.contacts
    async with running(tmp_path, hub, told):
        await wire.linked()
        assert await wire.deliver("", hex=parts[1], esm_class=UDH, data_coding=8) == 0
        assert await wire.deliver("", hex=parts[1], esm_class=UDH, data_coding=8) == 0
    assert hub.texts() == ["یک دو سه"]


async def test_parts_that_never_become_whole_are_told_as_far_as_they_came(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    told = table(wire.port, tmp_path / "p")
    async with running(tmp_path, hub, told):
        await wire.linked()
        assert await wire.deliver("", hex="0500030a0201" + b"half".hex(), esm_class=UDH, data_coding=0) == 0
    async with running(tmp_path, hub, told | {"parts_hours": 0.000001}):
        await until(lambda: hub.contacts)
    assert hub.texts() == ["half[…]"]


async def test_a_long_text_leaves_in_parts_and_is_delivered_when_all_are(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    async with running(tmp_path, hub, table(wire.port, tmp_path / "p")):
        hub.commands.put_nowait(send(text=LONG))
        seen = await wire.seen(3)
        await until(lambda: ("sent", "contact-1") in hub.told())
        for one in seen:
            receipt = (
                f"id:{one['id']} sub:001 dlvrd:001 submit date:2601051200 done date:2601051201 stat:DELIVRD err:000"
            )
            assert await wire.deliver(receipt, esm_class=4) == 0
            assert await wire.deliver(receipt, esm_class=4) == 0
    assert "".join(one["text"] for one in seen) == LONG
    assert [one["udh"][-4:] for one in seen] == ["0301", "0302", "0303"]
    assert {one["data_coding"] for one in seen} == {8}
    assert hub.told().count(("delivered", "contact-1")) >= 1
    assert set(hub.told()) == {("sent", "contact-1"), ("delivered", "contact-1")}


@pytest.mark.parametrize("ids", ["hex", "plain"])
async def test_a_receipt_finds_its_message_after_a_restart_however_it_spells_its_name(
    ids: str, wire: NodeCarrier, tmp_path: Path
) -> None:
    hub, told = FakeHub(), table(wire.port, tmp_path / "p")
    await wire.ask("ids", **{"as": ids})
    async with running(tmp_path, hub, told):
        hub.commands.put_nowait(send())
        await until(lambda: ("sent", "contact-1") in hub.told())
    [one] = await wire.saw()
    name = f"{one['number']:x}" if ids == "plain" else str(int(one["id"], 16))
    async with running(tmp_path, hub, told):
        await wire.linked()
        assert await wire.deliver(f"id:{name} sub:001 dlvrd:000 stat:EXPIRED err:012 text:", esm_class=4) == 0
    [failed] = [one for one in hub.signals if one.signal == "failed"]
    assert (failed.contact_id, failed.reason) == ("contact-1", "the phone could not be reached in time (EXPIRED 012)")


async def test_a_throttled_message_waits_and_leaves_once(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    await wire.ask("answers", next=[THROTTLED, QUEUE_FULL])
    async with running(tmp_path, hub, table(wire.port, tmp_path / "p")):
        hub.commands.put_nowait(send())
        await until(lambda: hub.signals)
    assert hub.told() == [("sent", "contact-1")]
    assert len(await wire.saw()) == 1


async def test_a_message_that_is_declined_is_reported_with_the_reason(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    await wire.ask("answers", next=[INVALID_DESTINATION])
    async with running(tmp_path, hub, table(wire.port, tmp_path / "p")):
        hub.commands.put_nowait(send())
        await until(lambda: hub.signals)
    assert hub.told() == [("failed", "contact-1")]
    assert hub.signals[0].reason == "the carrier knows no such number (0x0b)"


@pytest.mark.parametrize("how", ["lost", "silent"])
async def test_what_is_not_known_to_have_left_is_not_sent_again_and_a_receipt_settles_it(
    how: str, wire: NodeCarrier, tmp_path: Path
) -> None:
    hub, told = FakeHub(), table(wire.port, tmp_path / "p")
    await wire.ask("answers", next=[how])
    async with running(tmp_path, hub, told):
        hub.commands.put_nowait(send())
        await wire.seen(1)
        hub.commands.put_nowait(send("contact-2", text="another", address="+989121111111"))
        await until(lambda: ("sent", "contact-2") in hub.told())
    async with running(tmp_path, hub, told):
        hub.commands.put_nowait(send())
        await wire.linked()
        assert [one["text"] for one in await wire.saw()] == ["It is on its way", "another"]
        assert ("sent", "contact-1") not in hub.told()
        receipt = "id:77777 sub:001 dlvrd:001 stat:DELIVRD err:000 text:It is on its way"
        assert await wire.deliver(receipt, esm_class=4) == 0
    assert hub.told()[-2:] == [("sent", "contact-1"), ("delivered", "contact-1")]
    assert len(await wire.saw()) == 2


async def test_who_withdraws_is_told_once_and_comes_back(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    async with running(tmp_path, hub, table(wire.port, tmp_path / "p")):
        await wire.linked()
        for text in ("لغو۱۱", "STOP", "۱۱"):
            assert await wire.deliver(text) == 0
        await wire.seen(1)
        assert await wire.deliver("12") == 0
        assert await wire.deliver("stop\nwhere is my card?") == 0
        await wire.seen(3)
    assert [one["text"][:7] for one in await wire.saw()] == ["No more", "Welcome", "No more"]
    assert [one.signal.value for one in hub.signals] == ["unsubscribed"] * 3 + ["consent_given", "unsubscribed"]
    assert hub.signals[0].address == "+989121234567"
    assert hub.texts() == ["stop\nwhere is my card?"]


async def test_a_dropped_link_is_made_again(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    async with running(tmp_path, hub, table(wire.port, tmp_path / "p")):
        await wire.linked()
        await wire.ask("drop")
        hub.commands.put_nowait(send())
        await wire.seen(1)
        await until(lambda: hub.signals)
    assert hub.told() == [("sent", "contact-1")]


async def test_bytes_that_are_no_words_are_kept_with_them(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    async with running(tmp_path, hub, table(wire.port, tmp_path / "p")) as place:
        await wire.linked()
        assert await wire.deliver("", hex="0645064", data_coding=8) == 0
        [one] = hub.contacts.values()
        assert one.text.endswith("\ufffd")
        assert b"\x06\x45\x06" in await place.attachments.get(one.attachments[0].uri)


async def test_a_survey_is_asked_and_its_number_is_no_work(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    async with running(tmp_path, hub, table(wire.port, tmp_path / "p")):
        survey = {"command": "survey", "survey_id": "survey-customer-1-2", "kind": "csat", "language": "fa"}
        hub.commands.put_nowait(send("", thread="x", **survey))
        await wire.seen(1)
        assert await wire.deliver("۵") == 0
        assert await wire.deliver("سلام") == 0
    assert [(one.signal.value, one.score) for one in hub.signals if one.survey_id] == [("survey_answered", 5)]
    assert hub.texts() == ["سلام"]


async def test_all_at_once(wire: NodeCarrier, tmp_path: Path) -> None:
    hub = FakeHub()
    async with running(tmp_path, hub, table(wire.port, tmp_path / "p")):
        await wire.linked()
        for number in range(300):
            hub.commands.put_nowait(send(f"contact-{number}", address=f"+98912{2000000 + number}"))
        found, sent = await asyncio.gather(wire.ask("flood", count=90, to="982000", seconds=60), wire.seen(300))
        await until(lambda: len([one for one in hub.signals if one.signal == "sent"]) == 300)
    assert found["accepted"] == len(hub.contacts) == 90
    assert len({one["to"] for one in sent}) == 300


async def test_what_waits_for_its_carrier_at_a_crash_is_sent_after_it(wire: NodeCarrier, tmp_path: Path) -> None:
    hub, told = FakeHub(), table(wire.port, tmp_path / "p")
    told["lines"]["main"]["smpp"]["window"] = 1
    await wire.ask("answers", next=["silent"])
    async with running(tmp_path, hub, told):
        hub.commands.put_nowait(send(text="unclear"))
        await wire.seen(1)
        hub.commands.put_nowait(send("contact-2", text="waits", address="+989121111111"))
        await asyncio.sleep(0)
    async with running(tmp_path, hub, told):
        hub.commands.put_nowait(send(text="unclear"))
        hub.commands.put_nowait(send("contact-2", text="waits", address="+989121111111"))
        await until(lambda: ("sent", "contact-2") in hub.told())
    assert [one["text"] for one in await wire.saw()] == ["unclear", "waits"]


async def test_a_carrier_of_another_alphabet_is_written_to_in_it(wire: NodeCarrier, tmp_path: Path) -> None:
    hub, told = FakeHub(), table(wire.port, tmp_path / "p")
    told["lines"]["main"]["smpp"]["alphabet"] = "latin-1"
    async with running(tmp_path, hub, told):
        hub.commands.put_nowait(send(text="a@b"))
        await wire.seen(1)
        hub.commands.put_nowait(send("contact-2", text="5 €"))
        seen = await wire.seen(2)
    assert [(one["data_coding"], one["text"]) for one in seen] == [(0, "a¡b"), (8, "5 €")]


async def test_each_purpose_leaves_by_its_own_line_and_an_answer_by_the_line_it_came_in_on(
    wire: NodeCarrier, tmp_path: Path
) -> None:
    hub, told = FakeHub(), table(wire.port, tmp_path / "p")
    main = told["lines"]["main"]
    smpp = main["smpp"] | {"system_id": "adverts"}
    main["purposes"] = ["service"]
    told["lines"]["adverts"] = main | {"number": "983000", "purposes": ["promotional"], "smpp": smpp}
    async with running(tmp_path, hub, told):
        await wire.linked(2)
        assert await wire.deliver("how much?", line="adverts") == 0
        [asked] = hub.contacts.values()
        hub.commands.put_nowait(send("contact-1", purpose="promotional"))
        hub.commands.put_nowait(send("contact-2", purpose="service"))
        hub.commands.put_nowait(send("contact-3", thread=asked.thread, purpose="reply"))
        hub.commands.put_nowait(send("contact-4", purpose="survey"))
        await until(lambda: len(hub.signals) == 4)
        left = {one["line"] + one["from"] for one in await wire.saw()}
    assert left == {"adverts983000", "hub982000"}
    assert {name: signal for signal, name in hub.told()}["contact-4"] == "failed"
    assert {one.thread for one in hub.signals if one.contact_id in ("contact-1", "contact-3")} == {asked.thread}


async def test_a_link_that_says_nothing_is_given_up_and_made_again(wire: NodeCarrier, tmp_path: Path) -> None:
    hub, told = FakeHub(), table(wire.port, tmp_path / "p")
    told["lines"]["main"]["smpp"] |= {"enquire_link_seconds": 0.2, "answer_within_seconds": 0.5}
    async with running(tmp_path, hub, told):
        await wire.linked()
        await wire.ask("mute", on=True)
        await wire.links(2)
        await wire.ask("mute", on=False)
        hub.commands.put_nowait(send())
        await until(lambda: hub.signals)
    assert hub.told() == [("sent", "contact-1")]


async def test_a_carrier_that_lets_nobody_in_is_asked_again(wire: NodeCarrier, tmp_path: Path) -> None:
    hub, told = FakeHub(), table(wire.port, tmp_path / "p")
    await wire.ask("password", word="other")
    async with running(tmp_path, hub, told) as place:
        hub.commands.put_nowait(send())
        await wire.links(1)
        [missed] = await until(place.unreached.told)
        assert missed.said == "line 982000: its carrier can't be reached"
        await wire.ask("password", word="secret")
        await until(lambda: hub.signals)
        assert place.unreached.told() == ()
    assert hub.told() == [("sent", "contact-1")]
