"""What an adapter refused is listed, its bytes are handed out, and it stays where nobody takes it."""

import asyncio
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.application.intake.envelope import refused_envelope
from hub.bus.connection import BusError
from hub.channels.running import attachments
from hub.domain.contact import Attachment, Channel
from hub.domain.errors import NotFoundError
from hub.domain.refused_input import RefusedInput
from hub.operations.rejected import list_rejected, raw_bytes, rejected_contacts, retry_rejected
from hub.settings import Settings

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
RAW = b"From: \xff\xfe nobody\r\n\r\nhello"


async def refuse(settings: Settings) -> None:
    """One kept in the attachment store, one whose uri is the bytes, and a contact that was no contact."""
    stored = await attachments(settings).put(RAW, "message/rfc822", "original.eml")
    inline = Attachment(uri="data:;base64," + b64encode(RAW).decode())
    async with rejected_contacts(settings) as rejected:
        assert await rejected.count() == 0
        for name, raw in (("stored", stored), ("inline", inline)):
            told = RefusedInput(id=name, channel=Channel.EMAIL, reason="no sender", raw=raw, received_at=NOON)
            body = refused_envelope(told, "/adapters/email")
            await rejected.put("refused.in.email", body, told.reason, told.field, NOON)
        await rejected.put("contacts.in.sms.1", b"{", "no JSON", "", NOON)


def test_bytes_come_out_as_they_came_in(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    asyncio.run(refuse(settings))
    assert [one["subject"] for one in list_rejected(settings, 10)] == ["refused.in.email"] * 2 + ["contacts.in.sms.1"]
    assert [raw_bytes(settings, number) for number in (1, 2, 3)] == [RAW, RAW, b"{"]
    with pytest.raises(NotFoundError, match="there is no rejected message 9"):
        raw_bytes(settings, 9)
    with pytest.raises(BusError, match="rejected message 1 stays: no adapter of the channel email runs"):
        retry_rejected(settings, (1,))
    assert len(list_rejected(settings, 10)) == 3
