"""What the hub tells an adapter to carry out, as an adapter reads it: the table of docs/adapters.md."""

from datetime import datetime
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from hub.domain.contact import Attachment
from hub.domain.errors import InvalidError


class Grant(BaseModel):
    """What is proposed in a contact: these terms, no others."""

    model_config = ConfigDict(frozen=True)

    grant_id: str
    proposition: str = ""
    terms: dict[str, int | str] = {}
    terms_hash: str = ""
    terms_until: datetime | None = None


class Command(BaseModel):
    """One command; what it does not speak of is empty. What this version does not know is left out. Equal `id`: the
    same command."""

    model_config = ConfigDict(frozen=True)

    id: str
    at: datetime
    command: str
    channel: str
    thread: str
    interaction_id: str = ""
    customer_id: str = ""
    queue: str = ""
    segment: str = ""
    stage: str = ""
    agent_id: str = ""
    to_agent: str = ""
    warm: bool = False
    offer_id: str = ""
    consult_id: str = ""
    mode: str = ""
    state: str = ""
    place: int | None = None
    estimated_wait_s: float | None = None
    reason: str = ""
    cause: str = ""
    outcome: str = ""
    attempt: int = 0
    ended_by: str = ""
    due: datetime | None = None
    until: datetime | None = None
    retry_at: datetime | None = None
    opens_at: datetime | None = None
    expires_at: datetime | None = None
    report_by: datetime | None = None
    contact_id: str = ""
    survey_id: str = ""
    kind: str = ""
    about: str = ""
    address: str = ""
    answers: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    cc: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    language: str = ""
    purpose: str = ""
    service: str = ""
    sender: str = ""
    speaker: str = ""
    grant: Grant | None = None
    on: bool = False


class _Envelope(BaseModel):
    specversion: Literal["1.0"]
    id: str
    time: datetime
    data: dict[str, Any]


def parse_command(body: bytes) -> Command:
    """From CloudEvents JSON. Raises InvalidError."""
    try:
        envelope = _Envelope.model_validate_json(body)
        told = {name: value for name, value in envelope.data.items() if value is not None}
        return Command.model_validate({**told, "id": envelope.id, "at": envelope.time})
    except (ValidationError, orjson.JSONDecodeError) as error:
        raise InvalidError(f"this is no command of a hub: {error}") from None
