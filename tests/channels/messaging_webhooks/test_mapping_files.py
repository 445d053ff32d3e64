"""Mapping files: what comes with the hub is in order, and what is wrong in one is told with file, row and field."""

import re
import tomllib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.messaging_webhooks.adapter import make
from hub.channels.messaging_webhooks.finding import Node, each, text
from hub.channels.messaging_webhooks.mapping import SHIPPED, parse_mapping, read_mapping
from hub.channels.messaging_webhooks.message import Message, Status, Unreadable
from hub.channels.messaging_webhooks.parse import parse
from hub.channels.messaging_webhooks.render import request
from hub.channels.messaging_webhooks.settings import messaging_settings
from hub.channels.messaging_webhooks.signature import is_signed, signature
from hub.cli.main import hub
from hub.domain.errors import InvalidError
from hub.settings import SettingsError
from hub.simulated.contract.messenger import telegram, whatsapp, written
from tests.channels.sms.sms_site import place_in

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MAPPINGS = sorted(one.stem for one in SHIPPED.glob("*.toml"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)
MESSAGE = whatsapp(written("wamid.1", "Hello"))


@pytest.mark.parametrize("name", MAPPINGS)
def test_those_that_come_with_the_hub_are_in_order(name: str) -> None:
    done = CliRunner().invoke(hub, ["channel", "check-mapping", name])
    assert (done.exit_code, done.output) == (0, f"{name} is in order\n")


@pytest.mark.parametrize(
    ("before", "after", "row", "says"),
    [
        ('sender = "from"', "", "[messages]", "messages.sender: it is needed"),
        ('sender = "from"', 'sender = "from.."', 'sender = "from.."', "messages.sender.0: it is not written as"),
        ('kind = "hmac"', 'kind = "rot13"', 'kind = "rot13"', "signature.kind: Input should be 'hmac' or 'token'"),
        ('to = "{to}"', 'to = "{two}"', "[send]", "send: nothing stands for {two}: there are api, id, "),
        (
            'hosts = ["fbsbx.com", "facebook.com", "whatsapp.net"]',
            "",
            "[files]",
            "files: the secret would go to any host",
        ),
        ('look_up = "{api}/{file}"', "", "[files]", "`{found}` in url is what `look_up` finds"),
        ("per_second = 80", "per_second = -1", "per_second = -1", "send.per_second: Input should be greater than"),
        ("per_second = 80", "a_second = 80", "a_second = 80", "send.a_second: there is no such setting"),
    ],
)
def test_what_is_wrong_is_told_with_its_row(before: str, after: str, row: str, says: str) -> None:
    text_ = (SHIPPED / "whatsapp.toml").read_text()
    assert before in text_
    changed = text_.replace(before, after, 1)
    number = next(number for number, line in enumerate(changed.splitlines(), 1) if line.startswith(row))
    with pytest.raises(SettingsError) as told:
        parse_mapping(changed, "ours.toml")
    assert f"ours.toml, row {number}, " in str(told.value)
    assert says in str(told.value)


@pytest.mark.parametrize(
    ("named", "says"), [("pigeon", "there are telegram, whatsapp"), ("/no/file.toml", "can't be read")]
)
def test_what_there_is_not_is_named(named: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        read_mapping(named)


def test_what_is_no_toml_is_told_with_its_row() -> None:
    with pytest.raises(SettingsError, match=r"ours.toml: this is no TOML: .*line 2"):
        parse_mapping("[signature]\nkind =\n", "ours.toml")


def test_a_request_is_tried_on_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "request.json").write_bytes(orjson.dumps(MESSAGE))
    done = CliRunner().invoke(
        hub, ["channel", "check-mapping", "whatsapp", "--request", str(tmp_path / "request.json")]
    )
    assert done.exit_code == 0, done.output
    assert "message wamid.1 of 989121234567, answered at 989121234567: 'Hello'" in done.output
    assert "phone +989121234567 (verified)" in done.output


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"variables": {}}, "phone_number_id: its mapping leaves it to you"),
        ({"variables": {"phone_number_id": "1", "other": "2"}}, "variables.other: its mapping has no such variable"),
        ({"token_file": None}, "token_file: its mapping has {secret} in it"),
        ({"handshake_token_file": None}, "handshake_token_file: its mapping has a handshake"),
        ({"signing_secret_file": "/no/secret"}, "signing_secret_file: "),
    ],
)
def test_an_account_that_is_not_whole_does_not_start(changed: dict[str, Any], says: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    files = {name: str(tmp_path / "secret") for name in ("signing_secret_file", "token_file", "handshake_token_file")}
    told = {"mapping": "whatsapp", **files, "variables": {"phone_number_id": "1"}, **changed}
    with pytest.raises(SettingsError, match=says):
        make({"providers": {"ours": told}}, place_in(tmp_path / "place"))


def test_a_name_that_could_not_be_in_a_thread_is_refused() -> None:
    with pytest.raises(SettingsError, match="can't name a provider"):
        messaging_settings({"providers": {"Our-Own": {"mapping": "whatsapp", "signing_secret_file": "x"}}})


@pytest.mark.parametrize(
    ("path", "found"),
    [("a.b", "1"), ("a.c.0", "x"), ("a.c.-1", "y"), ("a.c", ""), ("a", ""), ("n.m", ""), ("a.t", ""), ("a.c.9", "")],
)
def test_places_in_json(path: str, found: str) -> None:
    assert text(Node({"a": {"b": 1, "c": ["x", "y"], "t": True}}), (path,)) == found


def test_what_is_around_is_found_through_lists() -> None:
    [node] = each(Node({"v": [{"who": "ann", "m": [[{"id": 1}]]}]}), "v.*.m.*")
    assert (text(node, ("id",)), text(node, ("^.who",)), text(node, ("^.^.who",))) == ("1", "ann", "")


@pytest.mark.parametrize("name", MAPPINGS)
@given(told=JSON)
def test_no_request_breaks_it(name: str, told: Any) -> None:
    for body in (
        told,
        {"entry": told},
        whatsapp({"from": told}),
        whatsapp(written("1", told)),
        {"update_id": 1, "message": told},
    ):
        try:
            found = parse(orjson.dumps(body), read_mapping(name), name, NOON)
        except InvalidError:
            continue
        assert all(isinstance(one, Message | Status | Unreadable) for one in found)


@given(body=st.binary(max_size=200))
def test_no_bytes_break_it(body: bytes) -> None:
    mapping = read_mapping("whatsapp")
    with suppress(InvalidError):
        parse(body, mapping, "whatsapp", NOON)
    assert is_signed(mapping.signature, signature(mapping.signature, "key", body), "key", body)
    assert not is_signed(mapping.signature, signature(mapping.signature, "key", body), "yek", body)
    assert not is_signed(mapping.signature, "", "", body)


@pytest.mark.parametrize(("date", "year"), [(0, None), (1767614400, 2026), (1767614400000, 2026), (99999999999, None)])
def test_a_time_that_can_not_be_is_none(date: int, year: int | None) -> None:
    body = orjson.dumps(telegram(1, "Hello", date=date))
    [one] = parse(body, read_mapping("telegram"), "telegram", NOON)
    assert isinstance(one, Message)
    assert (one.at.year if one.at else None) == year


@given(said=st.text(min_size=1, max_size=40))
def test_what_is_sent_fills_nothing_else_in(said: str) -> None:
    words = {"text": said, "secret": "s3cr3t", "api": "https://api.example", "to": said}
    asked = request("{api}/{to}", {}, {"text": "{text}"}, words)
    assert asked.body == {"text": said}
    assert asked.url.startswith("https://api.example/")
    assert not set(asked.url) & set(" ?#{}\n")


def test_the_documented_mapping_and_settings_are_in_order() -> None:
    page = (Path(__file__).parents[3] / "docs" / "channels" / "messaging_webhooks.md").read_text()
    settings, mapping = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert set(messaging_settings(tomllib.loads(settings)["messaging_webhooks"]).providers) == {"whatsapp", "telegram"}
    assert parse_mapping(mapping, "docs").send.longest == 4000
