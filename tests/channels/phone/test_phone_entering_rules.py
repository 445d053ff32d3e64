"""From the ring to the line: given a call, when its caller comes, then this is heard, asked and told."""

from datetime import timedelta

import pytest

from hub.channels.phone.actions import Keep, Report, Request
from hub.channels.phone.call import Phase
from hub.channels.phone.decide import begin, decide
from hub.channels.phone.happenings import (
    Arrived,
    Gone,
    Happening,
    Kept,
    Played,
    Pressed,
    Recorded,
    TimeUp,
)
from hub.channels.phone.settings import AskNumber, Line, Menu, Opening, PhoneSettings
from tests.channels.phone.lived_calls import NOON, PLAIN, WAITS, asked, lived, signals, told


def test_a_call_is_answered_reported_and_hears_music() -> None:
    call, actions = lived()
    assert asked(actions) == [
        "POST /applications/hub/subscription", "POST /channels/c1/answer", "POST /channels/c1/moh",
    ]  # fmt: skip
    [report] = [one for one in actions if isinstance(one, Report)]
    assert (report.contact.id, report.contact.path.address) == ("call-c1", "+98211")
    assert [(one.kind, one.value, one.verified) for one in report.contact.identifiers] == [("phone", "+98211", False)]
    assert call.phase is Phase.REPORTING


def test_who_withholds_the_number_is_not_named() -> None:
    _, actions = begin("call-c1", Arrived(NOON, "c1", "", "1000"), PLAIN)
    [report] = [one for one in actions if isinstance(one, Report)]
    assert (report.contact.path.address, report.contact.identifiers) == ("", ())


def test_a_menu_and_a_number_come_before_the_hub_hears_of_the_call() -> None:
    settings = PhoneSettings(
        menu=Menu(prompt=("sound:menu",), choices={"1": "cards"}), ask_number=AskNumber(prompt=("sound:number",))
    )
    call, actions = lived(settings=settings)
    assert asked(actions)[1:] == ["POST /channels/c1/answer", "POST /channels/c1/play/play-call-c1-0"]
    for digit in "1" + "4711#":
        call, actions = decide(call, Pressed(NOON, "c1", digit), settings)
    [report] = [one for one in actions if isinstance(one, Report)]
    assert report.contact.service == "cards"
    assert [(one.kind, one.value) for one in report.contact.identifiers][1:] == [("customer_number", "4711")]


def test_who_hangs_up_in_the_menu_is_on_record_and_no_work() -> None:
    asks = PhoneSettings(menu=Menu(prompt=("sound:choose",), choices={"1": "cards"}))
    call, actions = lived(Gone(NOON, "c1", 16), settings=asks)
    [report] = [one for one in actions if isinstance(one, Report)]
    assert (report.contact.path.address, report.contact.auto) == ("+98211", True)
    assert (call.phase, signals(actions)) == (Phase.OVER, [])


def test_who_presses_nothing_gets_to_the_hub_all_the_same() -> None:
    settings = PhoneSettings(menu=Menu(prompt=("sound:menu",), choices={"1": "cards"}, attempts=2))
    happened: list[Happening] = []
    for number in range(2):
        happened += [Played(NOON, f"play-call-c1-{number}"), TimeUp(NOON, "digits")]
    call, actions = lived(*happened, settings=settings)
    assert call.phase is Phase.REPORTING
    assert [one.contact.service for one in actions if isinstance(one, Report)] == [""]


def test_what_the_hub_does_not_confirm_goes_to_the_pbx() -> None:
    call, actions = lived(TimeUp(NOON, "confirm"))
    assert asked(actions) == ["POST /channels/c1/continue"]
    assert (call.phase, signals(actions)) == (Phase.OVER, ["customer_left"])


def test_the_place_is_said_and_music_goes_on() -> None:
    call, actions = lived(*WAITS, told("waiting", place=3, estimated_wait_s=150.0))
    [said] = [one for one in actions if isinstance(one, Request) and "/play/" in one.path]
    assert said.params["media"].split(",")[1:5] == [
        "number:2", "sound:queue-callswaiting", "sound:queue-holdtime", "number:2",
    ]  # fmt: skip
    _, actions = decide(call, Played(NOON, call.playing), PLAIN)
    assert asked(actions) == ["POST /channels/c1/moh"]


def test_who_comes_when_it_is_closed_is_told_and_may_leave_a_message() -> None:
    call, _ = lived(told("refused", reason="closed"))
    for _ in range(2):
        call, actions = decide(call, Played(NOON, call.playing), PLAIN)
    assert asked(actions) == ["POST /channels/c1/record"]
    call, actions = decide(call, Recorded(NOON, "voicemail-call-c1", 7), PLAIN)
    assert asked(actions) == ["DELETE /channels/c1"]
    assert [(one.kind, one.recording.seconds) for one in actions if isinstance(one, Keep)] == [("voicemail", 7)]
    assert not call.done
    assert decide(call, Kept(NOON, "voicemail-call-c1"), PLAIN)[0].done


@pytest.mark.parametrize(("written", "asterisk_has"), [("fa", "fa"), ("en-GB", "en_GB")])
def test_words_are_said_in_the_language_of_the_line(written: str, asterisk_has: str) -> None:
    _, actions = lived(settings=PhoneSettings(lines={"1000": Line(language=written)}))
    requests = asked(actions)
    said = next(one for one in actions if isinstance(one, Request) and one.path.endswith("/variable"))
    assert said.params == {"variable": "CHANNEL(language)", "value": asterisk_has}
    assert requests.index("POST /channels/c1/variable") < requests.index("POST /channels/c1/answer")


def test_a_line_without_a_language_speaks_as_asterisk_is_set() -> None:
    _, actions = lived(settings=PhoneSettings(lines={"1001": Line(language="fa")}))
    assert "POST /channels/c1/variable" not in asked(actions)


OPENING = PhoneSettings(
    refused={"closed": ("sound:closed",)},
    opening=Opening(prompt=("sound:again-on",), time_zone="Asia/Tehran"),  # type: ignore[arg-type]
)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(hours=17), ["sound:closed", "sound:again-on", "sound:digits/day-2", "number:8", "number:30"]),
        (timedelta(days=4, hours=15, minutes=30), ["sound:closed", "sound:again-on", "sound:digits/day-6", "number:7"]),
        (
            timedelta(days=5, hours=19, minutes=30),
            ["sound:closed", "sound:again-on", "sound:digits/day-0", "number:11"],
        ),
        (timedelta(days=6), ["sound:closed"]),
        (None, ["sound:closed"]),
    ],
)
def test_who_comes_when_it_is_closed_hears_when_it_opens(after: timedelta | None, said: list[str]) -> None:
    _, actions = lived(told("refused", reason="closed", opens_at=after and NOON + after), settings=OPENING)
    [played] = [one for one in actions if isinstance(one, Request) and "/play/" in one.path]
    assert played.params["media"].split(",") == said
