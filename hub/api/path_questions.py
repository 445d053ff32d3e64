"""The question of what may be said to a customer as it comes over the bus: a CloudEvent, answered as over HTTP."""

from typing import Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hub.api.answers import json_bytes
from hub.api.errors import problem
from hub.api.path_decisions import PathQuestion, decided, shown
from hub.api.services import Services
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError

QUESTION_TYPE = "hub.path-question.v1"
DECISION_TYPE = "hub.path-decision.v1"
PROBLEM_TYPE = "hub.problem.v1"


class _Envelope(BaseModel):
    """Unknown attributes are CloudEvents extensions, which a receiver ignores."""

    model_config = ConfigDict(frozen=True)

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=500)
    type: Literal["hub.path-question.v1"]
    time: AwareDatetime | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    data: PathQuestion


class PathQuestionsAnswered:
    """Who asks on a channel is its adapter. The `id` of the event is the request's, unless the question names one."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, channel: str, body: bytes) -> bytes:
        """The decision, or the problem: then nothing was decided."""
        asked = ""
        try:
            sender = _channel(channel)
            asked = _id(body)
            question = _Envelope.model_validate_json(body)
            found = await decided(
                question.data,
                self._services,
                request=question.data.request_id or question.id,
                actor=f"adapter:{sender}",
                command_id=question.id,
            )
        except Exception as error:
            return self._event(PROBLEM_TYPE, asked or self._services.new_id(), problem(error).body)
        return self._event(DECISION_TYPE, found.event.decision_id, json_bytes(shown(found)))

    def _event(self, kind: str, name: str, data: bytes | memoryview) -> bytes:
        return json_bytes(
            {
                "specversion": "1.0",
                "id": name,
                "source": "/hub",
                "type": kind,
                "time": self._services.clock.now(),
                "datacontenttype": "application/json",
                "data": orjson.Fragment(bytes(data)),
            }
        )


def _channel(text: str) -> Channel:
    try:
        return Channel(text)
    except ValueError:
        raise InvalidError(f"there is no channel {text!r}: ask on one of {', '.join(Channel)}", "subject") from None


def _id(body: bytes) -> str:
    """What the asker calls the question, whatever else may be wrong with it."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    name = told.get("id") if isinstance(told, dict) else None
    return name[:200] if isinstance(name, str) else ""
