"""What the hub would not take of a call is refused when the adapter starts, by the name of its setting."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.ledger import Ledger
from hub.channels.phone.adapter import make
from hub.channels.phone.call import Call, Phase
from hub.channels.phone.entering import contact_of
from hub.channels.phone.settings import Line, PhoneSettings
from hub.channels.registry import Place
from hub.clock import WallClock
from hub.settings import SettingsError
from tests.channels.phone.test_phone_limits import NOON

PLAIN = st.characters(min_codepoint=32, exclude_categories=["Cs"])


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"lines": {"1000": {"service": "s" * 65}}}, "lines.1000.service"),
        ({"lines": {"1000": {"sender": "s" * 101}}}, "lines.1000.sender"),
        ({"lines": {"1000": {"language": "as they speak here"}}}, "lines.1000.language"),
        ({"menu": {"prompt": ["sound:beep"], "choices": {"1": "a\0b"}}}, "menu.choices.1"),
        ({"ask_number": {"prompt": ["sound:beep"], "kind": "Customer number"}}, "ask_number.kind"),
        ({"opening": {"prompt": ["sound:beep"], "time_zone": "Asia/Nowhere"}}, "opening.time_zone"),
        ({"opening": {"prompt": ["sound:beep"], "time_zone": "../etc/passwd"}}, "opening.time_zone"),
        ({"voicemail": {"service": "s" * 65}}, "voicemail.service"),
    ],
)
def test_a_setting_that_no_call_could_be_told_with_is_named(
    table: Mapping[str, Any], named: str, tmp_path: Path
) -> None:
    attachments = Attachments(FolderBlobs(tmp_path / "files"), b"k" * 32)
    place = Place(tmp_path, Ledger(tmp_path / "ledger.sqlite"), attachments, WallClock(), "IR")
    with pytest.raises(SettingsError, match=rf"\[phone\] {named}:"):
        make(table, place)


@given(
    st.builds(
        Line,
        service=st.text(PLAIN, max_size=64),
        sender=st.text(PLAIN, max_size=100),
        language=st.text(PLAIN, max_size=16),
    )
)
def test_a_call_to_a_line_that_may_be_set_is_a_contact(line: Line) -> None:
    call = Call("call-1", Phase.REPORTING, dialled="1000", service=line.service, since=NOON)
    contact = contact_of(call, PhoneSettings(lines={"1000": line}))
    assert (contact.service, contact.path.sender, contact.language) == (line.service, line.sender, line.language)
