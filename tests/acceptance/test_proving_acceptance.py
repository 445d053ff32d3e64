"""A visitor of the chat proves a phone by a code that comes by text message, a mail address by one that comes by mail,
and has what was said sent there: a whole hub with the real adapters."""

import re
from pathlib import Path
from typing import Any

import pytest

from hub.simulated.contract.chat_visitor import Visitor
from tests.acceptance.every_channel import MAIL, PATHS, PHONE, Centre, centre
from tests.channels.email.fakes import until

pytestmark = pytest.mark.acceptance


def code_in(words: str) -> str:
    [code] = re.findall(r"\b\d{6}\b", words)
    return str(code)


async def refuses(visitor: Visitor, about: str, **said: Any) -> None:
    frames = len(visitor.frames)
    await visitor.tell(**said)
    await visitor.until(
        lambda: any(one["is"] == "refused" and one["about"] == about for one in visitor.frames[frames:])
    )


async def tells(visitor: Visitor, code: str, *proven: str) -> None:
    """The right one: then these are proven."""
    await refuses(visitor, "tell_code", do="tell_code", code=f"{(int(code) + 1) % 1_000_000:06}")
    await visitor.tell(do="tell_code", code=code)
    await visitor.until(lambda: visitor.state.get("proven") == list(proven))


async def identifiers(at: Centre, kind: str, value: str) -> dict[str, bool]:
    """Of the customer of this one, with whether each is verified."""
    whole = await at.desk(f"/v1/customers/{await at.customer_of(kind, value)}")
    return {one["value"]: one["verified"] for one in whole["identifiers"] if one["kind"] in ("phone", "email")}


async def test_a_visitor_proves_their_addresses_by_codes_and_has_the_conversation_by_mail(tmp_path: Path) -> None:
    async with centre(tmp_path, None) as at, at.visits() as mina:
        await at.desk("/v1/policies/paths", {"text": PATHS, "note": "no quiet hours"})
        await at.desk("/v1/agents/ann/sign-on", {"name": "Ann", "skills": {}})
        assert await mina.say("Where is my card?") == "accepted"
        work = await at.accepts()
        await refuses(mina, "transcript", do="transcript")

        await mina.tell(do="ask_code", kind="phone", value="0912 123 4567")
        [text] = await at.texts(1)
        await tells(mina, code_in(text), "0912 123 4567")
        assert await identifiers(at, "phone", PHONE) == {PHONE: True}

        await mina.tell(do="ask_code", kind="email", value=MAIL)
        await until(lambda: at.sent_mail.mails, 60)
        assert at.sent_mail.last()["To"] == MAIL
        await tells(mina, code_in(at.sent_mail.last().get_content()), "0912 123 4567", MAIL)
        assert await mina.say("So it is me") == "accepted"
        await at.reads(f"/v1/interactions/{work}/messages", lambda told: len(told["messages"]) == 2)
        assert await identifiers(at, "email", MAIL) == {PHONE: True, MAIL: True}

        await at.answers(work, "With the post")
        await mina.until(lambda: "With the post" in mina.texts())
        await mina.tell(do="transcript")
        await mina.until(lambda: {"is": "transcript", "to": MAIL} in mina.frames)
        await until(lambda: len(at.sent_mail.mails) == 2, 60)
        said = at.sent_mail.last().get_content()
        assert at.sent_mail.last()["To"] == MAIL
        order = [said.index(words) for words in ("Where is my card?", "So it is me", "With the post")]
        assert order == sorted(order)
