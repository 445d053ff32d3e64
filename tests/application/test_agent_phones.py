"""How browsers register as phones: as the file says at the moment it is asked."""

from pathlib import Path

import pytest

from hub.application.agents.phones import AgentPhone, AgentPhones, PhonesError
from hub.domain.errors import NotFoundError

FILE = """
url = "wss://pbx.example.org/ws"
domain = "pbx.example.org"
[agents.ann]
password = "0123456789abcdef"
[agents.bob]
password = "fedcba9876543210"
user = "desk7"
"""


def phones(text: str) -> AgentPhones:
    return AgentPhones(lambda: text, "phones.toml")


def test_each_agent_has_their_own() -> None:
    known = phones(FILE)
    assert known.of("ann") == AgentPhone(
        "wss://pbx.example.org/ws", "sip:ann@pbx.example.org", "ann", "0123456789abcdef"
    )
    assert known.of("bob").uri == "sip:desk7@pbx.example.org"


def test_a_password_that_was_changed_is_good_at_once(tmp_path: Path) -> None:
    file = tmp_path / "phones.toml"
    file.write_text(FILE)
    known = AgentPhones(file.read_text, str(file))
    known.of("ann")
    file.write_text(FILE.replace("0123456789abcdef", "another one of 16"))
    assert known.of("ann").password == "another one of 16"


@pytest.mark.parametrize("known", [AgentPhones(), phones(FILE.replace("ann", "cid"))])
def test_who_has_none_is_told_where_one_is_set_up(known: AgentPhones) -> None:
    with pytest.raises(NotFoundError, match=r"HUB_PHONES|phones\.toml"):
        known.of("ann")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (FILE.replace("wss://pbx", "ws://pbx"), "url"),
        (FILE.replace("0123456789abcdef", "short"), "agents.ann.password"),
        (FILE.replace("domain", "realm"), "domain"),
        ("url = ", "phones.toml"),
    ],
)
def test_what_is_wrong_is_named_and_no_password_with_it(text: str, wrong: str) -> None:
    with pytest.raises(PhonesError) as refused:
        phones(text).of("ann")
    assert wrong in str(refused.value)
    assert "fedcba" not in str(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PhonesError, match=r"no\.toml"):
        AgentPhones((tmp_path / "no.toml").read_text, "no.toml").of("ann")
