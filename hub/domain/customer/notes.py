"""What agents write for each other about a conversation: facts in its customer's stream, that they never see."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from hub.domain.customer.identity import CUSTOMER
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.event import Event
from hub.domain.personal import PERSONAL

_NOTE = "note-"
LONGEST = 20_000
MOST_MENTIONS = 20


class NoteWritten(Event):
    """An agent noted something for whoever works on it."""

    note_id: str
    interaction_id: str
    agent_id: str
    """Who wrote it, whoever entered it: `actor`."""
    mentions: tuple[str, ...] = ()
    """Agents who are to read it."""
    request_id: str = ""
    """The name its writer gave the command, so that a repeat writes no second one."""
    text: Annotated[str, PERSONAL] = ""


class AgentMentioned(Event):
    """An agent is to read a note: beside it, for their own screen, without its words."""

    note_id: str
    interaction_id: str
    agent_id: str
    by: str
    """The agent who wrote it."""


class MentionRead(Event):
    """And did."""

    note_id: str
    interaction_id: str
    agent_id: str


NOTE_EVENTS = (NoteWritten, AgentMentioned, MentionRead)


def note_id(customer: str, number: int) -> str:
    """The `number`-th note of this customer's stream, counted from 1."""
    return f"{_NOTE}{customer.removeprefix(CUSTOMER)}-{number}"


def customer_of_note(note: str) -> str:
    """The stream a note lives in; empty if the text is no note's id."""
    head, _, number = note.removeprefix(_NOTE).rpartition("-")
    return CUSTOMER + head if note.startswith(_NOTE) and head and number.isdecimal() else ""


def write(
    history: Iterable[Event], customer: str, interaction: str, agent: str, text: str, mentions: Sequence[str],
    *, request_id: str = "", **meta: Any,
) -> list[Event]:  # fmt: skip
    """Nothing for a repeat of a request. InvalidError: it says nothing, or the repeat says something else."""
    notes = [one for one in history if isinstance(one, NoteWritten)]
    to = tuple(one for one in dict.fromkeys(mentions) if one != agent)
    before = next((one for one in notes if request_id and one.request_id == request_id), None)
    if before is not None:
        if (before.interaction_id, before.agent_id, before.text, before.mentions) != (interaction, agent, text, to):
            raise InvalidError(f"request {request_id!r} wrote another note: name this one otherwise", "request_id")
        return []
    if not text.strip():
        raise InvalidError("a note says something", "text")
    note = note_id(customer, len(notes) + 1)
    about = {**meta, "correlation": interaction, "note_id": note, "interaction_id": interaction}
    written = NoteWritten(**about, agent_id=agent, mentions=to, request_id=request_id, text=text)
    return [written, *(AgentMentioned(**about, agent_id=one, by=agent) for one in to)]


def read(history: Iterable[Event], note: str, agent: str, **meta: Any) -> list[Event]:
    """Nothing where they had read it. NotFoundError: nobody mentioned them there."""
    about = [one for one in history if isinstance(one, AgentMentioned | MentionRead)]
    mine = [one for one in about if (one.note_id, one.agent_id) == (note, agent)]
    if not mine:
        raise NotFoundError(f"note {note} does not mention agent {agent}")
    if any(isinstance(one, MentionRead) for one in mine):
        return []
    interaction = mine[0].interaction_id
    return [MentionRead(**meta, correlation=interaction, note_id=note, interaction_id=interaction, agent_id=agent)]
