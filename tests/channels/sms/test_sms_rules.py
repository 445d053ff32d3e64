"""The pure part of text messages: whatever comes in, nothing raises and nothing is lost; what leaves fits."""

import re
import tomllib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.sms import pdu
from hub.channels.sms.book import Taken
from hub.channels.sms.message import Incoming, Place, Receipt
from hub.channels.sms.names import Names, line_of
from hub.channels.sms.parse import parse, words
from hub.channels.sms.parts import HAS_HEADER, headed, unheaded
from hub.channels.sms.pdu import Address, Message, Pdu, Tag
from hub.channels.sms.repeats import came_before
from hub.channels.sms.settings import sms_settings
from hub.channels.sms.submitting import Part
from hub.domain.errors import InvalidError
from hub.domain.sms import alphabet
from hub.domain.sms.segments import Alphabet, count, split, written
from hub.settings import SettingsError

UNHURRIED = settings(deadline=None)
"""The machine may be busy."""
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
GSM = "".join(chr(one) for one in range(0x20AD) if alphabet.is_gsm(chr(one)))
TEXTS = st.one_of(st.text(GSM, max_size=700), st.text(max_size=400), st.text("سلام یک{€😀", max_size=300))


@UNHURRIED
@given(TEXTS)
def test_parts_joined_are_the_text_and_each_fits(text: str) -> None:
    if not text:
        return
    cut = split(text)
    assert "".join(cut.parts) == text
    room = 140 if len(cut.parts) == 1 else 134
    for data in cut.encoded():
        septets_or_bytes = len(data) * 7 / 8 if cut.alphabet is Alphabet.GSM else len(data)
        assert 0 < septets_or_bytes <= room
    told = count(text)
    units = sum(len(data) if cut.alphabet is Alphabet.GSM else len(data) // 2 for data in cut.encoded())
    assert (told.alphabet, told.messages, told.units) == (cut.alphabet, len(cut.parts), units)
    assert told.characters == len(text)
    assert 0 <= told.left < told.per_message


@UNHURRIED
@given(TEXTS.filter(bool), st.data())
def test_what_is_left_is_what_fits(text: str, data: st.DataObject) -> None:
    told = count(text)
    more = "x" * told.left
    assert count(text + more).messages == told.messages
    assert count(text + more + "x").messages == told.messages + 1


@pytest.mark.parametrize(
    ("text", "messages", "left"),
    [
        ("x" * 160, 1, 0), ("x" * 161, 2, 145), ("€" * 80, 1, 0), ("س" * 70, 1, 0), ("س" * 71, 2, 63),
        ("س" * 134, 2, 0), ("س" * 135, 3, 66), ("", 0, 160), ("😀" * 35, 1, 0), ("😀" * 36, 2, 61),
    ],
)  # fmt: skip
def test_the_composer_counts(text: str, messages: int, left: int) -> None:
    assert (count(text).messages, count(text).left) == (messages, left)


def test_no_character_is_cut_in_two() -> None:
    assert [len(one) for one in split("x" * 152 + "€" + "x" * 10).parts] == [152, 11]
    assert all(len(one.encode("utf-16-be")) == 132 for one in split("😀" * 66).parts)


def test_what_says_nothing_or_too_much_is_refused() -> None:
    with pytest.raises(InvalidError, match="says something"):
        split("")
    with pytest.raises(InvalidError, match="256 messages"):
        split("x" * (153 * 255 + 1))


@UNHURRIED
@given(st.text(GSM))
def test_the_alphabet_reads_what_it_writes(text: str) -> None:
    assert alphabet.decode(alphabet.encode(text)) == text
    assert words(written(text, Alphabet.GSM), 0) == text


@UNHURRIED
@given(st.text())
def test_other_alphabets_read_what_is_written(text: str) -> None:
    assert words(text.encode("utf-16-be", "surrogatepass"), 8) == text.encode("utf-16-be", "surrogatepass").decode(
        "utf-16-be", "replace"
    )


@UNHURRIED
@given(st.binary(max_size=300), st.integers(0, 255), st.integers(0, 255))
def test_any_bytes_of_a_message_become_words(data: bytes, coding: int, esm_class: int) -> None:
    body = pdu.submit(Message(Address("989121234567", 1, 1), Address("2000"), data[:254], esm_class, coding))
    told = parse(body, "IR")
    assert isinstance(told, Incoming | Receipt)
    if isinstance(told, Incoming) and not esm_class & HAS_HEADER:
        assert bool(told.text) == bool(data)


@UNHURRIED
@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_read_or_refused(body: bytes) -> None:
    with suppress(InvalidError):
        assert isinstance(parse(body, "IR"), Incoming | Receipt)


@UNHURRIED
@given(
    st.text("0123456789", min_size=1, max_size=20), st.binary(max_size=254), st.integers(0, 255),
    st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=60), max_size=4),
)  # fmt: skip
def test_what_is_written_is_read(number: str, data: bytes, coding: int, options: dict[int, bytes]) -> None:
    options.pop(Tag.MESSAGE_PAYLOAD, None)
    made = Message(Address(number, 1, 1), Address("2000"), data, 0, coding, 1, "", options)
    assert pdu.delivered(pdu.submit(made)) == made
    whole = Pdu(5, 0, 7, pdu.submit(made)).to_bytes()
    follow, head = pdu.header(whole[:16])
    assert (follow, head.command, head.sequence) == (len(whole) - 16, 5, 7)


@UNHURRIED
@given(st.binary(max_size=134), st.integers(0, 255), st.integers(2, 255), st.data())
def test_a_header_is_read_as_it_was_written(data: bytes, reference: int, total: int, draw: st.DataObject) -> None:
    number = draw.draw(st.integers(1, total))
    rest, place = unheaded(headed(data, reference, number, total))
    assert (rest, place) == (data, Place(reference, number, total))


def test_a_reference_of_two_bytes_is_read() -> None:
    assert unheaded(bytes([6, 8, 4, 1, 2, 3, 2]) + b"x") == (b"x", Place(0x102, 2, 3))


def taken(answered_at: float | None, session: str = "one", name: str = "sms-1") -> Taken:
    return Taken(name, NOW, answered_at, session)


def test_what_was_not_answered_comes_again_and_what_was_is_new() -> None:
    at = NOW.timestamp()
    assert came_before([taken(None)], "one", NOW, (), {}) == taken(None)
    assert came_before([taken(None)], "one", NOW, ("sms-1",), {}) is None
    assert came_before([taken(None)], "one", NOW + timedelta(days=3), (), {}) is None
    assert came_before([taken(at)], "one", NOW, (), {}) is None
    assert came_before([taken(at)], "two", NOW, (), {"one": at + 1}) == taken(at)
    assert came_before([taken(at)], "two", NOW, (), {"one": at + 60}) is None
    assert came_before([taken(at)], "two", NOW + timedelta(hours=1), (), {"one": at + 1}) is None


@UNHURRIED
@given(st.text(min_size=1, max_size=30).filter(lambda one: "/" not in one), st.integers(1, 5), st.integers(1, 5))
def test_parts_have_names(name: str, number: int, total: int) -> None:
    part = Part(name, number if total > 1 else 1, total)
    assert Part.of(str(part)) == part


def test_a_thread_tells_its_line_and_not_its_customer() -> None:
    thread = Names(b"k" * 32).thread("main", "+989121234567")
    assert line_of(thread) == "main"
    assert "912" not in thread.rpartition("-")[2] or "9121234567" not in thread
    assert line_of("decision-1") == ""


def line(**more: object) -> dict[str, object]:
    return {"number": "2000", "smpp": {"host": "c", "system_id": "hub"}, **more}


def test_a_line_is_chosen_by_purpose_and_conversation() -> None:
    made = sms_settings(
        {"lines": {"care": line(purposes=["service"]), "adverts": line(purposes=["promotional", "service"])}}
    )
    assert made.line_for("service", "") == "care"
    assert made.line_for("service", "adverts") == "adverts"
    assert made.line_for("promotional", "care") == "adverts"
    assert made.line_for("reply", "care") == "care"
    assert made.line_for("survey", "care") == ""


def test_the_settings_in_the_handbook_can_be_used() -> None:
    handbook = (Path(__file__).parents[3] / "docs/channels/sms.md").read_text("utf-8")
    [smpp, aggregator] = [tomllib.loads(one) for one in re.findall(r"```toml\n(.*?)```", handbook, re.DOTALL)]
    made = sms_settings(smpp["sms"])
    assert made.line_for("promotional", "care") == "adverts"
    line = aggregator["sms"]["lines"]["adverts"] | {"number": "983000"}
    assert sms_settings({"lines": {"adverts": line}}).lines["adverts"].aggregator is not None


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({}, "lines"),
        ({"lines": {"main": {"number": "2000"}}}, "one way"),
        ({"lines": {"Main Line": line()}}, "can't name a line"),
        ({"lines": {"main": line(purposes=["gossip"])}}, "purposes"),
        ({"lines": {"main": line()}, "colour": 1}, "colour"),
    ],
)
def test_settings_that_can_not_be_are_refused_by_name(told: dict[str, object], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        sms_settings(told)
