"""After a restart: what happened to known calls meanwhile, and which lines belong to nobody."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hub.channels.phone.book import CallBook
from hub.channels.phone.call import Call, Leg, Phase, Running
from hub.channels.phone.events import read
from hub.channels.phone.happenings import Arrived, Gone, PickedUp, Recorded, Resumed
from hub.channels.phone.standing import missed_of, strangers

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def channel(name: str, words: str, app: str = "Stasis") -> dict[str, object]:
    return {
        "id": name,
        "caller": {"number": "+98211", "name": ""},
        "creationtime": "2026-01-05T12:00:00.000+0000",
        "dialplan": {"app_name": app, "app_data": words},
    }


CALL = Call(
    "call-c1",
    Phase.WAITING,
    caller="+98211",
    channel="c1",
    since=NOON,
    legs=(Leg("leg-call-c1-0", "ann"), Leg("leg-call-c1-1", "bob")),
    recording=Running("talk-call-c1-2", NOON),
)


OTHER = replace(CALL, thread="call-c2", channel="c2")


def test_calls_are_in_the_book_as_they_were(tmp_path: Path) -> None:
    book = CallBook(tmp_path)
    for call in (CALL, OTHER, replace(OTHER, phase=Phase.TALKING)):
        book.write(call)
    assert CallBook(tmp_path).read() == [CALL, replace(OTHER, phase=Phase.TALKING)]
    book.remove(CALL.thread)
    book.remove("call-c9")
    assert CallBook(tmp_path).read() == [replace(OTHER, phase=Phase.TALKING)]


def test_of_a_state_that_was_cut_off_the_one_before_it_stands(tmp_path: Path) -> None:
    book = CallBook(tmp_path)
    book.write(CALL)
    size = (tmp_path / "calls.jsonl").stat().st_size
    book.write(replace(CALL, phase=Phase.TALKING))
    os.truncate(tmp_path / "calls.jsonl", 2 * size - 9)
    after = CallBook(tmp_path)
    assert after.read() == [CALL]
    assert len((tmp_path / "calls.unreadable").read_bytes().splitlines()) == 1
    after.write(OTHER)
    assert CallBook(tmp_path).read() == [CALL, OTHER]


def test_the_book_is_never_much_larger_than_what_stands(tmp_path: Path) -> None:
    book = CallBook(tmp_path, most=4_000)
    book.write(CALL)
    for _ in range(100):
        book.write(OTHER)
    assert (tmp_path / "calls.jsonl").stat().st_size <= 4_000
    book.remove(OTHER.thread)
    assert CallBook(tmp_path).read() == [CALL]
    crowded = CallBook(tmp_path, most=10)
    crowded.write(CALL)
    crowded.write(OTHER)
    assert CallBook(tmp_path).read() == [CALL, OTHER]


def test_who_picked_up_and_who_left_meanwhile_is_found_out() -> None:
    channels = {"leg-call-c1-1": channel("leg-call-c1-1", "hub,leg,call-c1"), "c1": channel("c1", "hub,in,1000")}
    assert missed_of(CALL, channels, ["talk-call-c1-2"], "hub", NOON) == [
        Gone(NOON, "leg-call-c1-0", 0), PickedUp(NOON, "leg-call-c1-1"), Resumed(NOON),
    ]  # fmt: skip


def test_a_customer_who_left_and_a_recording_that_ended_meanwhile_are_found_out() -> None:
    assert missed_of(CALL, {}, [], "hub", NOON)[2:] == [
        Gone(NOON, "c1", 0), Recorded(NOON, "talk-call-c1-2", 0), Resumed(NOON),
    ]  # fmt: skip


def test_unheard_customers_are_taken_and_lines_of_no_call_are_hung_up() -> None:
    channels = {
        "c1": channel("c1", "hub,in,1000"),
        "c2": channel("c2", "hub,in,1000,prohib_passed_screen"),
        "leg-call-c9-0": channel("leg-call-c9-0", "hub,leg,call-c9"),
        "c3": channel("c3", "fallback", "Queue"),
        "c4": channel("c4", "other,in,1000"),
    }
    found, orphans = strangers([CALL], channels, "hub")
    assert [(one.thread, one.happening) for one in found] == [("call-c2", Arrived(NOON, "c2", "", "1000"))]
    assert orphans == ["leg-call-c9-0"]


def test_what_concerns_no_call_is_not_heard() -> None:
    assert read({"type": "Dial"}, NOON) is None
    assert read({"type": "PlaybackFinished", "playback": {"id": "somebody-else's"}}, NOON) is None
    assert read({"type": "StasisStart", "args": ["other"], "channel": {"id": "x"}}, NOON) is None
