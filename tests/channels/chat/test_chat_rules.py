"""What a chat makes of what the hub says, who a visitor is, and how much they may do: pure rules."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.chat.asking import Asking
from hub.channels.chat.conversation import Conversation, Phase, Visitor, announced, kept, restored, told, wrote
from hub.channels.chat.files import check
from hub.channels.chat.rooms import Room
from hub.channels.chat.settings import Limits, chat_settings
from hub.channels.chat.signals import identifiers_of, message
from hub.channels.chat.telling import words_of
from hub.channels.chat.visitors import Signed, Tokens, read_signed, sign, visitor_of
from hub.channels.chat.wire import Say, message_id, parse
from hub.channels.command import Command
from hub.channels.rates import HOUR, Rates
from hub.clock import WallClock
from hub.domain.contact import Identifier
from hub.domain.errors import InvalidError
from hub.settings import SettingsError

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECRET = b"s" * 32
TABLE = {"origins": ["https://www.example.org"]}


def command(name: str, minute: float = 0, **more: Any) -> Command:
    about = {"id": f"{name}-{minute}", "at": NOON + timedelta(minutes=minute), "channel": "web", "thread": "chat-1"}
    return Command.model_validate({**about, "command": name, "interaction_id": "interaction-1", **more})


def after(*commands: Command) -> Conversation:
    stands = wrote(Conversation())
    for one in commands:
        stands = told(stands, one)
    return stands


@pytest.mark.parametrize(
    ("commands", "phase", "agent"),
    [
        ((), Phase.ASKED, ""),
        ((command("waiting", place=2),), Phase.WAITING, ""),
        ((command("answered", agent_id="ann"),), Phase.TALKING, "ann"),
        ((command("answered", agent_id="ann"), command("held", 1, agent_id="ann")), Phase.TALKING, "ann"),
        (
            (command("answered", agent_id="ann"), command("transferred", 1, agent_id="ann", to_agent="bob", warm=True)),
            Phase.TALKING,
            "bob",
        ),
        ((command("answered", agent_id="ann"), command("transferred", 1, agent_id="ann")), Phase.WAITING, ""),
        ((command("answered", agent_id="ann"), command("pulled_back", 1, agent_id="ann")), Phase.WAITING, ""),
        ((command("answered", agent_id="ann"), command("parked", 1)), Phase.PARKED, "ann"),
        ((command("refused", reason="closed"),), Phase.CLOSED, ""),
        ((command("answered", agent_id="ann"), command("ended", 1)), Phase.OVER, ""),
        ((command("ended"), command("reopened", 1)), Phase.WAITING, ""),
        ((command("somersault"),), Phase.ASKED, ""),
    ],
)
def test_where_it_stands_follows_what_the_hub_says(commands: tuple[Command, ...], phase: Phase, agent: str) -> None:
    stands = after(*commands)
    assert (stands.phase, stands.agent_id) == (phase, agent)


def test_what_is_said_again_after_a_crash_turns_nothing_back() -> None:
    waiting, answered = command("waiting", place=3), command("answered", 1, agent_id="ann")
    stands = after(waiting, answered)
    assert told(stands, waiting) == told(stands, answered) == stands


def test_a_place_is_said_again_to_who_waits_and_to_nobody_else() -> None:
    waiting = after(command("waiting", place=3, estimated_wait_s=90.0))
    nearer = announced(waiting, command("waiting", 1, place=2, estimated_wait_s=60.0))
    assert (nearer.place, nearer.wait_seconds) == (2, 60.0)
    talking = after(command("answered", agent_id="ann"))
    assert announced(talking, command("waiting", 1, place=2)) == talking
    assert announced(waiting, command("waiting", 1, place=2, interaction_id="interaction-2")) == waiting


def test_who_writes_when_it_is_over_begins_anew() -> None:
    over = after(command("answered", agent_id="ann"), command("ended", 1))
    assert (wrote(over).phase, wrote(over).interaction_id) == (Phase.ASKED, "")


def test_a_visitor_comes_back_from_disk_as_they_were() -> None:
    visitor = Visitor(
        after(command("waiting", place=3)), "Mina",
        (Identifier(kind="email", value="mina@example.com", verified=True),),
        "fa", True, "phone:+98", 3,
    )  # fmt: skip
    assert restored(kept(visitor)) == visitor
    assert visitor.proven_mail == "mina@example.com"


def test_what_is_proven_is_not_made_a_claim_again() -> None:
    claim, proof = (Identifier(kind="email", value="m@example.com", verified=one) for one in (False, True))
    assert Visitor().knows(claim).knows(proof).identifiers == (proof,)
    assert Visitor().knows(proof).knows(claim).identifiers == (proof,)


class TestWho:
    def test_a_token_opens_the_conversation_of_its_visitor_alone(self) -> None:
        tokens = Tokens(b"k" * 32)
        one, other = tokens.token(b"1" * 16), tokens.token(b"2" * 16)
        assert tokens.visitor(one) != tokens.visitor(other) != ""
        assert one.partition(".")[0] not in tokens.visitor(one)
        forged = f"{one.partition('.')[0]}.{other.partition('.')[2]}"
        for wrong in ("", ".", "a.b", forged, one[:-1], "\ud800.\ud800"):
            assert tokens.visitor(wrong) == ""
        assert Tokens(b"l" * 32).visitor(one) == ""
        assert tokens.shown(tokens.pass_of(tokens.visitor(one))) == tokens.visitor(one)
        assert tokens.shown(one) == ""

    def test_who_the_site_signed_is_the_same_everywhere(self) -> None:
        signed = Signed(customer_number="77", expires=int(NOON.timestamp()) + 600, email="mina@example.com")
        assert read_signed(sign(signed, SECRET), SECRET, NOON) == signed
        assert Tokens(b"k" * 32).signed(signed) == Tokens(b"k" * 32).signed(signed.model_copy(update={"name": "M"}))
        found = {(one.kind, one.value, one.verified) for one in identifiers_of(signed)}
        assert found == {("customer_number", "77", True), ("email", "mina@example.com", True)}

    @pytest.mark.parametrize("late", [-1, 0, 90_000])
    def test_what_is_signed_holds_for_a_day_at_most(self, late: int) -> None:
        signed = Signed(customer_number="77", expires=int(NOON.timestamp()) + late)
        with pytest.raises(InvalidError, match="holds no longer"):
            read_signed(sign(signed, SECRET), SECRET, NOON)

    def test_what_others_signed_is_nothing(self) -> None:
        text = sign(Signed(customer_number="77", expires=int(NOON.timestamp()) + 600), SECRET)
        for wrong, secret in ((text, b"t" * 32), (text[:-1], SECRET), (f"x{text}", SECRET), ("", SECRET), (text, b"")):
            with pytest.raises(InvalidError):
                read_signed(wrong, secret, NOON)

    def test_a_command_finds_its_visitor_by_thread_or_address(self) -> None:
        assert visitor_of("chat-7", "visitor-8") == "7"
        assert visitor_of("decision-1", "visitor-8") == "8"
        assert visitor_of("decision-1", "someone") == ""


class TestWire:
    def test_a_message_is_read(self) -> None:
        assert parse('{"do": "say", "id": "12345678", "text": "hi"}') == Say(do="say", id="12345678", text="hi")

    @given(st.text() | st.binary())
    def test_whatever_comes_is_read_or_refused(self, raw: str | bytes) -> None:
        with pytest.raises(InvalidError):
            parse(raw)

    @pytest.mark.parametrize("raw", ['{"do":"say","id":"a b","text":"x"}', '{"do":"dance"}', '{"do":"typing"}', "[]"])
    def test_what_a_chat_does_not_say_is_refused(self, raw: str) -> None:
        with pytest.raises(InvalidError):
            parse(raw)

    @pytest.mark.parametrize(
        ("raw", "name"),
        [
            ('{"do":"say","id":"12345678","text":"\\ud83d"}', "12345678"),
            ('{"do":"say","id":"1"}', ""),
            ("[" * 60_000, ""),
            ('{"do":', ""),
        ],
    )
    def test_of_what_can_not_be_read_the_name_is_found_where_it_has_one(self, raw: str, name: str) -> None:
        with pytest.raises(InvalidError):
            parse(raw)
        assert message_id(raw) == name

    def test_a_repeat_is_the_same_contact(self) -> None:
        chat = chat_settings(TABLE)
        one, again = (message("v", Visitor(), "12345678", "hi", (), NOON, chat) for _ in range(2))
        assert one == again
        assert message("w", Visitor(), "12345678", "hi", (), NOON, chat).id != one.id
        assert "12345678" not in one.id


@pytest.mark.parametrize(
    ("sends", "stands", "field"),
    [
        (False, after(command("answered", agent_id="ann")), "transcript"),
        (True, Conversation(), "conversation"),
        (True, after(command("answered", agent_id="ann")), "email"),
    ],
)
async def test_why_what_was_said_is_not_sent_is_told(sends: bool, stands: Conversation, field: str) -> None:
    nobody: Any = SimpleNamespace(clock=None)
    asking = Asking(nobody, nobody, nobody, chat_settings({**TABLE, "transcript": sends}))
    with pytest.raises(InvalidError) as refused:
        await asking.transcript(Room("mina", Visitor(stands), None))
    assert refused.value.field == field


class TestLimits:
    @given(st.lists(st.floats(0, 600), max_size=200).map(sorted), st.integers(1, 60))
    def test_nobody_does_more_within_a_minute_than_twice_what_they_may(self, moments: list[float], most: int) -> None:
        rates = Rates(most)
        done = [at for at in moments if not rates.wait("a", at)]
        assert all(sum(at <= one < at + 60 for one in done) <= 2 * most for at in done)
        assert not rates.wait("b", 600)

    def test_who_waits_as_long_as_they_are_told_may(self) -> None:
        rates = Rates(5, HOUR)
        assert [rates.wait("a", 0) for _ in range(5)] == [0] * 5
        assert rates.wait("a", 0) == pytest.approx(720)

        rates = Rates(2)
        assert [rates.wait("a", 0) for _ in range(2)] == [0, 0]
        seconds = rates.wait("a", 0)
        assert seconds == pytest.approx(30)
        assert rates.wait("a", seconds) == 0

    @pytest.mark.parametrize(
        ("data", "kind"), [(b"<html>", "image/png"), (b"MZ", "application/x-msdownload"), (b"", "text/plain")]
    )
    def test_a_file_that_is_not_what_it_says_is_refused(self, data: bytes, kind: str) -> None:
        with pytest.raises(InvalidError):
            check(data, kind, Limits())

    def test_files_of_the_kinds_that_are_taken_are(self) -> None:
        assert check(b"\x89PNG\r\n\x1a\n...", "IMAGE/PNG; x=y", Limits()) == "image/png"


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ({}, "origins"),
        ({"origins": ["www.example.org"]}, "origins"),
        ({"origins": ["https://www.example.org/shop"]}, "origins"),
        ({**TABLE, "port": "many"}, "port"),
        ({**TABLE, "form": {"ask": ["shoe size"]}}, "form.ask"),
        ({**TABLE, "colour": "red"}, "colour"),
    ],
)
def test_a_setting_that_is_none_is_named(table: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError, match=field):
        chat_settings(table)


DOCUMENT = Path(__file__).parents[3] / "docs" / "channels" / "chat.md"


def blocks(language: str) -> list[str]:
    """Of the page on chat."""
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.mark.parametrize(
    ("form", "missing"),
    [({"required": ["name"]}, "name"), ({"ask": ["name", "email"], "consents": [{"channel": "sms"}]}, "phone")],
)
def test_a_form_that_nobody_could_fill_is_none(form: dict[str, Any], missing: str) -> None:
    words = {"purpose": "promotional", "text_version": "1", "text": {"en": "News?"}}
    form = {**form, "consents": [{**one, **words} for one in form.get("consents", [])]}
    with pytest.raises(SettingsError, match=rf"\[chat\] form: .*{missing} is required, or consented to, and not asked"):
        chat_settings({"origins": ["https://a.example"], "form": form})


def test_the_settings_of_the_page_are_settings() -> None:
    told = tomllib.loads("\n".join(blocks("toml")))["chat"]
    settings = chat_settings(told)
    assert settings.allows("https://www.example.org")
    assert settings.form.consents[0].text_version == "2026-01"


def test_what_the_page_signs_with_is_taken() -> None:
    [code] = blocks("python")
    told: dict[str, Any] = {"secret": SECRET}
    exec(code, told)
    signed = read_signed(told["identity"], SECRET, WallClock().now())
    assert (signed.customer_number, signed.name) == ("4711", "Mina")


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"text": "a", "html": "<p>b</p>"}, "a"),
        ({"html": "<p>b &amp; <b>c</b></p>", "subject": "s"}, "b & c"),
        ({"subject": "s"}, "s"),
    ],
)
def test_what_an_answer_says_is_shown(more: dict[str, str], shown: str) -> None:
    assert words_of(command("send", contact_id="c", **more)) == shown
