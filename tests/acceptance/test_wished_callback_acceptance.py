"""Who wishes to be called by a form is dialled at the number they left there, by an adapter that never heard of
them."""

from pathlib import Path
from typing import Any

import pytest

from hub import app
from hub.domain.contact import Channel, Contact, ConversationSignal, Identifier
from hub.domain.contact import Path as ContactPath
from hub.settings import Settings
from tests.acceptance.test_phone_conversations_acceptance import Phones, sign_on

pytestmark = pytest.mark.acceptance

POLICY = """
[queues.care]
callback = { attempts = 2, retry_seconds = 60 }
[[rules]]
queue = "care"
"""
NUMBER = Identifier(kind="phone", value="+98 21 1234 5678")
BY_PHONE = {"path": ContactPath(channel=Channel.PHONE, address="+98 21 1234 5678")}
BY_NAME = {"path": ContactPath(channel=Channel.PHONE), "identifiers": (NUMBER,)}


@pytest.mark.parametrize("left", [BY_PHONE, BY_NAME])
async def test_they_are_dialled_at_the_number_they_left(tmp_path: Path, left: dict[str, Any]) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    settings = Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")
    async with app.Hub(settings) as hub:
        phones = Phones(hub)
        form = Contact(id="form-1", thread="call-1", occurred_at=hub.clock.now(), **left)
        await hub.intake.submit(form, "adapter:forms")
        assert await phones.reports(ConversationSignal.CALLBACK_REQUESTED) == "accepted"
        await sign_on(hub, "ann")
        rung = await phones.last("offered")
        work = {"interaction_id": rung["interaction_id"], "agent_id": "ann", "offer_id": rung["offer_id"]}
        assert await phones.reports(ConversationSignal.OFFER_ACCEPTED, **work) == "accepted"
        dial = await phones.last("dial")
        assert (dial["address"], dial["contact_id"], dial["agent_id"]) == (
            "+982112345678", "form-1", "ann",
        )  # fmt: skip
        assert await phones.reports(ConversationSignal.CALLBACK_MISSED, **work, outcome="busy") == "accepted"
