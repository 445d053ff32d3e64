"""What reads answer with, for the API's document: made from the rows of the read models themselves, so that the two
can't differ. Answers are not checked against them at run time."""

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Literal, get_type_hints

from fastapi import Query
from pydantic import BaseModel, ConfigDict, create_model

from hub.api.errors import PROBLEMS
from hub.application.agents.room import ChannelRoom
from hub.application.conversations.files import ShownFile
from hub.application.views.customer_view import TRAITS
from hub.domain.contact import Channel, Direction, Identifier, RecordingState, Standing
from hub.domain.interaction.state import Phase
from hub.projections.adherence import Adherence
from hub.projections.agent_intervals import AgentInterval
from hub.projections.agents import AgentNow
from hub.projections.interactions import Consult, InteractionFact, InteractionRow
from hub.projections.live import Live
from hub.projections.metrics import Figures, QueueInterval
from hub.projections.queues import QueueNow
from hub.router.pool.reasons import Why

Model = type[BaseModel]
PAGE = 500
"""Rows of a page of agents or of their intervals, unless asked for otherwise."""
PageSize = Annotated[int, Query(ge=1, le=1000)]


class _Told(BaseModel):
    """What is built for who reads the document, and for nobody else."""

    model_config = ConfigDict(defer_build=True)


class ContactFact(_Told):
    """A contact as it was recorded. `at` is when it happened, `standing` where the customer stood then."""

    contact_id: str
    customer_id: str
    position: int
    direction: Direction
    channel: Channel
    address: str
    sender: str
    at: datetime
    recorded_at: datetime
    actor: str
    identifiers: tuple[Identifier, ...]
    thread: str
    purpose: str
    service: str
    language: str
    subject: str
    text: str
    html: str
    cc: tuple[str, ...]
    attachments: tuple[ShownFile, ...]
    auto: bool
    ticket: str
    standing: Standing


def told(model: Model) -> dict[int | str, dict[str, Any]]:
    """How a read documents its answer and its errors."""
    return {200: {"model": model}, **PROBLEMS}


def row(name: str, *rows: type, **others: Any) -> Model:
    """A model with the fields of these dataclasses. `others` are fields beside or instead of them, and under which name
    `id` is told; None leaves one out."""
    hints: dict[str, Any] = {}
    for one in rows:
        types = get_type_hints(one)
        hints |= {field.name: types[field.name] for field in fields(one)}
    hints |= others
    shape: dict[str, Any] = {field: (kind, ...) for field, kind in hints.items() if kind is not None}
    return create_model(name, __doc__=rows[0].__doc__, __base__=_Told, **shape)


def listed(name: str, noun: str, line: Any, **cursor: Any) -> Model:
    """A model with rows under their noun, and where the next page starts."""
    shape: dict[str, Any] = {noun: (list[line], ...)}
    shape |= {field: (kind, ...) for field, kind in cursor.items()}
    return create_model(name, __base__=_Told, **shape)


Interaction = row(
    "Interaction", InteractionRow, id=None, no=None, interaction_id=str, phase=Phase, channel=Channel,
    recording=RecordingState | Literal[""], **dict.fromkeys(TRAITS, str),
)  # fmt: skip
_Fact = row("InteractionFact", InteractionFact)
_Consult = row("Consult", Consult, phase=Phase)
InteractionStory = create_model(
    "InteractionWithTimeline",
    __base__=Interaction,
    timeline=(list[_Fact], ...),  # type: ignore[valid-type]
    consults=(list[_Consult], ...),  # type: ignore[valid-type]
    names=(dict[str, str], ...),
)
_NAMED = create_model(
    "ListedInteraction", __base__=Interaction, customer_name=(str | None, None), customer_address=(str | None, None)
)
Interactions = listed("Interactions", "interactions", _NAMED, after=str | None)
Pullable = listed("Pullable", "interactions", _NAMED, server_time=datetime)
_WHY = row("Why", Why)
Offer = create_model(
    "Offer",
    __base__=_NAMED,
    seconds_waited=(float, ...),
    reasons=(tuple[str, ...], ...),
    why=(_WHY, ...),
)
Offers = listed("Offers", "offers", Offer, server_time=datetime)

Agent = row("Agent", AgentNow)
Agents = listed("Agents", "agents", Agent, after=str | None)
_Room = row("ChannelRoom", ChannelRoom)
AgentInHand = create_model("AgentInHand", __base__=Agent, channels=(list[_Room], ...))  # type: ignore[valid-type]

Queue = row("Queue", QueueNow, in_queue=int)
Queues = listed("Queues", "queues", Queue)

QueueIntervals = listed("QueueIntervals", "intervals", row("QueueInterval", QueueInterval, Figures, figures=None))
AgentIntervals = listed("AgentIntervals", "intervals", row("AgentInterval", AgentInterval), after=str | None)
Adherences = listed("Adherences", "adherence", row("Adherence", Adherence))
LiveFigures = row("Live", Live)
