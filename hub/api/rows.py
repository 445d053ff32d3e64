"""What reads answer with, for the API's document: made from the rows of the read models themselves, so that the two
can't differ. Answers are not checked against them at run time."""

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, get_type_hints

from fastapi import Query
from pydantic import BaseModel, create_model

from hub.api.errors import PROBLEMS
from hub.application.customer_view import ShownContact, ShownCustomer
from hub.domain.contact import Attachment, Channel, Direction, Identifier, Standing
from hub.projections.adherence import Adherence
from hub.projections.agent_intervals import AgentInterval
from hub.projections.agents import AgentNow
from hub.projections.interactions import InteractionFact, InteractionRow
from hub.projections.live import Live
from hub.projections.metrics import Figures, QueueInterval
from hub.projections.queues import QueueNow

Model = type[BaseModel]
PAGE = 500
"""Rows of a page of agents or of their intervals, unless asked for otherwise."""
PageSize = Annotated[int, Query(ge=1, le=1000)]


class ContactFact(BaseModel):
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
    attachments: tuple[Attachment, ...]
    standing: Standing


def told(model: Model) -> dict[int | str, dict[str, Any]]:
    """How a read documents its answer and its errors."""
    return {200: {"model": model}, **PROBLEMS}


def _row(name: str, *rows: type, **others: Any) -> Model:
    """A model with the fields of these dataclasses. `others` are fields beside or instead of them, and under which name
    `id` is told; None leaves one out."""
    hints: dict[str, Any] = {}
    for row in rows:
        types = get_type_hints(row)
        hints |= {one.name: types[one.name] for one in fields(row)}
    hints |= others
    shape: dict[str, Any] = {field: (kind, ...) for field, kind in hints.items() if kind is not None}
    return create_model(name, __doc__=rows[0].__doc__, **shape)


def _list(name: str, noun: str, row: Model, **cursor: Any) -> Model:
    """A model with rows under their noun, and where the next page starts."""
    shape: dict[str, Any] = {noun: (list[row], ...)}  # type: ignore[valid-type]
    shape |= {field: (kind, ...) for field, kind in cursor.items()}
    return create_model(name, **shape)


Interaction = _row("Interaction", InteractionRow, id=None, no=None, interaction_id=str)
_Fact = _row("InteractionFact", InteractionFact)
InteractionStory = create_model(
    "InteractionWithTimeline",
    __base__=Interaction,
    timeline=(list[_Fact], ...),  # type: ignore[valid-type]
)
Interactions = _list("Interactions", "interactions", Interaction, after=str | None)
Offers = _list("Offers", "offers", Interaction)

Agent = _row("Agent", AgentNow)
Agents = _list("Agents", "agents", Agent, after=str | None)

Customer = _row(
    "Customer",
    ShownCustomer,
    id=None,
    customer_id=str,
    open_interactions=list[Interaction],  # type: ignore[valid-type]
)
CustomerFound = create_model("CustomerFound", __base__=Customer, also=(list[str], ...))
Timeline = _list("Timeline", "timeline", _row("TimelineContact", ShownContact), before=int | None)

Queue = _row("Queue", QueueNow, in_queue=int)
Queues = _list("Queues", "queues", Queue)

QueueIntervals = _list("QueueIntervals", "intervals", _row("QueueInterval", QueueInterval, Figures, figures=None))
AgentIntervals = _list("AgentIntervals", "intervals", _row("AgentInterval", AgentInterval), after=str | None)
Adherences = _list("Adherences", "adherence", _row("Adherence", Adherence))
LiveFigures = _row("Live", Live)
