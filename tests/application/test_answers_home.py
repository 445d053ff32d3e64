"""Whose an answer is to a contact that we made: by its thread it goes to who waits for it, but only within what is the
customer for sure. Whoever merely says that an address is theirs gets into nobody's conversation by it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.domain.contact import Channel, Identifier, Standing
from hub.domain.customer.events import MOST_WRITTEN, ContactReceived, ContactSent
from tests.paths.voice_policies import STRICT
from tests.paths.voices import MAIL, TEHRAN, Voices

WORK = "interaction-9"
CLAIMED = Identifier(kind=MAIL.kind, value=MAIL.value, verified=False)
PROVED = (
    Identifier(kind=TEHRAN.kind, value=TEHRAN.value, verified=True),
    Identifier(kind=MAIL.kind, value=MAIL.value, verified=True),
)
EMAIL = {"channel": Channel.EMAIL, "thread": "mail-1"}


@pytest.fixture
async def voices(tmp_path: Path) -> AsyncIterator[Voices]:
    """Somebody is known by a phone, and says that a mail address is theirs; an agent wrote there."""
    voices = Voices(tmp_path)
    await voices.open()
    await voices.publish(STRICT.text)
    await voices.meet(TEHRAN)
    await voices.contact(TEHRAN, PROVED[0], CLAIMED)
    await write(voices, "mail-1")
    yield voices
    await voices.close()


async def write(voices: Voices, thread: str) -> None:
    told = {"channel": Channel.EMAIL, "address": MAIL.value, "sender": "agent", "purpose": "service", "service": ""}
    about = {"contact_id": f"out-{thread}", "thread": thread, "correlation": WORK, "agent_id": "ann"}
    await voices.say(
        TEHRAN.stream,
        ContactSent(**voices.meta(), **told, **about, language="", subject="", text="", standing=Standing()),
    )


async def answer(voices: Voices, *brought: Identifier) -> tuple[str, ContactReceived]:
    """From the mail address; in whose stream it stands, and what it says."""
    name = await voices.contact(MAIL, *brought, **EMAIL)
    [(stream, event)] = [
        (one.stream, one.event)
        for one in await voices.log()
        if isinstance(one.event, ContactReceived) and one.event.contact_id == name
    ]
    return stream, event


async def test_from_an_address_that_is_only_claimed_it_is_new_work_of_whose_address_it_is(voices: Voices) -> None:
    stream, event = await answer(voices)
    assert (stream, event.correlation, event.known_agents) == (MAIL.stream, "", {})


async def test_who_proves_that_it_is_theirs_is_answered_by_who_wrote(voices: Voices) -> None:
    """A contact that brings both, both proved, makes them one customer."""
    _, event = await answer(voices, *PROVED)
    assert (event.correlation, event.known_agents["direct"]) == (WORK, "ann")


async def test_so_is_who_was_linked_since_until_they_are_parted(voices: Voices) -> None:
    await voices.meet(MAIL)
    link = await voices.link(TEHRAN, MAIL)
    stream, event = await answer(voices)
    assert (stream, event.correlation, event.known_agents["direct"]) == (MAIL.stream, WORK, "ann")
    await voices.unlink(TEHRAN, link)
    _, event = await answer(voices)
    assert (event.correlation, event.known_agents) == ("", {})


@pytest.mark.parametrize(("later", "found"), [(MOST_WRITTEN - 1, WORK), (MOST_WRITTEN, "")])
async def test_an_answer_to_what_was_written_long_ago_is_new_work(voices: Voices, later: int, found: str) -> None:
    """The newest threads are remembered."""
    for number in range(later):
        await write(voices, f"later-{number}")
    _, event = await answer(voices, *PROVED)
    assert event.correlation == found
