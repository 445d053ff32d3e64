"""The subjects and messages of the bus as an AsyncAPI 3 document, made of the models that read them."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hub import __version__
from hub.api.path_decisions import PathAnswer, PathQuestion
from hub.application.intake.envelope import CONTACT_TYPE, CONVERSATION_TYPE, REFUSED_TYPE, Confirmation
from hub.application.outbound.signs import SIGN_TYPE
from hub.bus.subjects import (
    ANNOUNCEMENTS_OUT,
    CARRIES,
    CARRIES_NEW,
    CONFIRM_TO,
    CONTACTS_IN,
    CONVERSATIONS_IN,
    CONVERSATIONS_OUT,
    PATHS_ASK,
    POSITION,
    REFUSED_IN,
    RETRIES_OUT,
    SIGNS_IN,
)
from hub.bus.users import ADAPTERS
from hub.channels.command import Command
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.domain.refused_input import RefusedInput
from hub.domain.sign import Sign

COMMAND_TYPE = "hub.conversation.command.v1"
_WORDS = frozenset({"on", "off", "yes", "no", "y", "n", "true", "false", "null"})
"""What some readers of YAML take for something else than a name."""
_SCHEMAS = "#/components/schemas/"
_CONFIRMED = {
    CONFIRM_TO: {"type": "string", "description": "Where the adapter waits for the confirmation: its own inbox"}
}
_CARRIER = ("name", "home", "run", "where")
_LAST_WORD = {
    "Nats-Expected-Last-Subject-Sequence": {
        "type": "integer",
        "description": "Of the last word there; 0: there is none",
    }
}
_PLACE = {POSITION: {"type": "integer", "description": "The place in the hub's log"}}


def asyncapi() -> dict[str, Any]:
    """The document. Operations are the adapter's: it sends reports and receives commands."""
    schemas = _schemas(Contact, ConversationEvent, RefusedInput, Confirmation, Command, Sign, PathQuestion, PathAnswer)
    _as_data(schemas["Command"])
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Contact Path Manager: channel adapters",
            "version": __version__,
            "description": "How channel adapters and the hub speak over NATS. See adapters.md.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "nats": {
                "host": "127.0.0.1:4222",
                "protocol": "nats",
                "description": "NATS with JetStream; each adapter has a user of its own, by nkey",
            }
        },
        "channels": _channels(),
        "operations": _operations(),
        "components": {"schemas": schemas, "messages": _messages()},
    }


def as_yaml(value: object, indent: int = 0) -> str:
    """YAML of dictionaries, lists and scalars."""
    pad = "  " * indent
    if isinstance(value, Mapping) and value:
        return "".join(f"{pad}{_key(name)}:{_below(one, indent)}" for name, one in value.items())
    if isinstance(value, list) and value:
        return "".join(_item(one, indent) for one in value)
    return f"{pad}{_scalar(value)}\n"


def _schemas(*models: type[BaseModel]) -> dict[str, Any]:
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=f"{_SCHEMAS}{{model}}")
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _as_data(command: dict[str, Any]) -> None:
    """What an adapter reads from the envelope stands there, and not in the data."""
    for name in ("id", "at"):
        command["properties"].pop(name)
        command["required"].remove(name)


def _channels() -> dict[str, Any]:
    return {
        "contactsIn": _channel(f"{CONTACTS_IN}.{{channel}}.{{hash}}", "contact", "What customers write, say, send"),
        "conversationsIn": _channel(
            f"{CONVERSATIONS_IN}.{{channel}}.{{hash}}", "conversation", "What happens meanwhile"
        ),
        "signsIn": _channel(
            f"{SIGNS_IN}.{{channel}}.{{hash}}", "sign", "That a customer types or has read; plain NATS, not kept"
        ),
        "refusedIn": _channel(f"{REFUSED_IN}.{{channel}}", "refused", "What an adapter could not take in"),
        "confirmations": {
            "address": None,
            "description": f"The subject that the report named in {CONFIRM_TO}",
            "messages": _refs("confirmation"),
        },
        "conversationsOut": _channel(
            f"{CONVERSATIONS_OUT}.{{channel}}.{{hash}}",
            "command",
            "What is to be carried out: in the stream OUTBOUND, by the durable consumer of the adapter's name",
        ),
        "announcementsOut": _channel(
            f"{ANNOUNCEMENTS_OUT}.{{channel}}.{{hash}}", "command", "Places and waits said again; plain NATS, not kept"
        ),
        "retriesOut": _channel(f"{RETRIES_OUT}.{{channel}}", "refused", "What is to be tried once more"),
        "carriers": {
            "address": f"{CARRIES}.{{adapter}}",
            "description": "Who carries out what this adapter is told: in the stream CARRIERS, the last word counts",
            "messages": _refs("carrier"),
            "parameters": {"adapter": {"enum": [user.name for user in ADAPTERS]}},
        },
        "carriersOfNew": _channel(f"{CARRIES_NEW}.{{channel}}", "carrier", "Who begins what the hub begins there"),
        "pathsAsk": _channel(f"{PATHS_ASK}.{{channel}}", "pathQuestion", "What may be said to a customer"),
        "pathsAnswers": {
            "address": None,
            "description": "The reply subject of the question",
            "messages": _refs("pathDecision", "problem"),
        },
    }


def _operations() -> dict[str, Any]:
    return {
        "reportContact": _operation("send", "contactsIn", "confirmations"),
        "reportConversation": _operation("send", "conversationsIn", "confirmations"),
        "giveSign": _operation("send", "signsIn"),
        "reportRefused": _operation("send", "refusedIn", "confirmations"),
        "carryOut": _operation("receive", "conversationsOut"),
        "announce": _operation("receive", "announcementsOut"),
        "tryAgain": _operation("receive", "retriesOut", "confirmations"),
        "sayWhoCarriesOut": _operation("send", "carriers"),
        "sayWhoBegins": _operation("send", "carriersOfNew"),
        "askPaths": _operation("send", "pathsAsk", "pathsAnswers"),
    }


def _messages() -> dict[str, Any]:
    return {
        "contact": _message(CONTACT_TYPE, "Contact", _CONFIRMED),
        "conversation": _message(CONVERSATION_TYPE, "ConversationEvent", _CONFIRMED),
        "sign": _message(SIGN_TYPE, "Sign"),
        "refused": _message(REFUSED_TYPE, "RefusedInput", _CONFIRMED),
        "command": _message(COMMAND_TYPE, "Command", _PLACE),
        "pathQuestion": _message("hub.path-question.v1", "PathQuestion"),
        "pathDecision": _message("hub.path-decision.v1", "PathAnswer"),
        "problem": _message("hub.problem.v1", ""),
        "carrier": {
            "name": "carrier",
            "headers": {"type": "object", "properties": _LAST_WORD},
            "payload": {"type": "object", "properties": {one: {"type": "string"} for one in _CARRIER}},
        },
        "confirmation": {"name": "confirmation", "payload": {"$ref": f"{_SCHEMAS}Confirmation"}},
    }


def _channel(address: str, message: str, description: str) -> dict[str, Any]:
    parameters: dict[str, Any] = {"channel": {"enum": [one.value for one in Channel]}}
    if "{hash}" in address:
        parameters["hash"] = {"description": "First 8 hex digits of SHA-256 of the address, or of the thread"}
    return {"address": address, "description": description, "messages": _refs(message), "parameters": parameters}


def _refs(*messages: str) -> dict[str, Any]:
    return {message: {"$ref": f"#/components/messages/{message}"} for message in messages}


def _operation(action: str, channel: str, reply: str = "") -> dict[str, Any]:
    told: dict[str, Any] = {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}
    if reply:
        told["reply"] = {"channel": {"$ref": f"#/channels/{reply}"}}
    return told


def _message(kind: str, data: str, headers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A CloudEvent as structured JSON."""
    text = {"type": "string", "minLength": 1}
    payload = {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text | {"maxLength": 200},
            "source": text | {"maxLength": 500},
            "type": {"const": kind},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "data": {"$ref": f"{_SCHEMAS}{data}"} if data else {"type": "object"},
        },
    }
    told: dict[str, Any] = {"name": kind, "contentType": "application/cloudevents+json", "payload": payload}
    return told | ({"headers": {"type": "object", "properties": dict(headers)}} if headers else {})


def _below(value: object, indent: int) -> str:
    nested = isinstance(value, dict | list) and value
    return "\n" + as_yaml(value, indent + 1) if nested else f" {_scalar(value)}\n"


def _item(value: object, indent: int) -> str:
    written = as_yaml(value, indent + 1)
    return f"{'  ' * indent}- {written[2 * (indent + 1) :]}"


def _key(name: object) -> str:
    text = str(name)
    return text if text.isidentifier() and text not in _WORDS else json.dumps(text)


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
