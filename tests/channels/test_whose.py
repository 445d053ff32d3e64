"""Two adapters of a channel: each conversation is carried by one of them."""

import pytest

from hub.channels.whose import is_left_to_another

THREADS = ["call-1", "voicemail-call-1", "again-call-1", "voice-CA1", "voice-mail-RE1", "contact-1", ""]


@pytest.mark.parametrize("thread", THREADS)
@pytest.mark.parametrize("taker", ["phone", "voice_webhooks"])
def test_each_is_carried_by_one(thread: str, taker: str) -> None:
    carry = [
        name for name in ("phone", "voice_webhooks") if not is_left_to_another(name, thread, takes_new=name == taker)
    ]
    expected = "phone" if "call-" in thread else "voice_webhooks" if thread.startswith("voice-") else taker
    assert carry == [expected]


def test_where_none_takes_new_ones_none_is_made() -> None:
    assert is_left_to_another("phone", "contact-1", takes_new=False)
