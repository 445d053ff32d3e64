"""Reads an aggregator's requests and writes ours by the names that its table says: pure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

import orjson

from hub.channels.filling import filled_all
from hub.channels.sms.line import Outgoing
from hub.channels.sms.message import Fate, Incoming, Receipt
from hub.channels.sms.parse import spelled
from hub.channels.sms.pdu import Address
from hub.channels.sms.receipts import canonical
from hub.channels.sms.refusals import not_arrived
from hub.channels.sms.settings import Fields, ReceiptFields, Request
from hub.domain.errors import InvalidError

_PLACE = re.compile(r"\{(?:to|from|text|id|secret)\}")


def fields_of(body: bytes) -> Mapping[str, Any]:
    """Of JSON or a form. Raises InvalidError."""
    if body.lstrip()[:1] == b"{":
        try:
            told: dict[str, Any] = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise InvalidError(f"this is no JSON: {error}") from None
        return told
    try:
        return dict(parse_qsl(body.decode("utf-8"), strict_parsing=True))
    except ValueError as error:
        raise InvalidError(f"this is neither JSON nor a form: {error}") from None


def found(told: Any, path: str) -> str:
    """What stands at a place in it, through dots; empty: nothing."""
    for name in path.split("."):
        if isinstance(told, list) and name.isdecimal() and int(name) < len(told):
            told = told[int(name)]
        elif isinstance(told, Mapping) and name in told:
            told = told[name]
        else:
            return ""
    return "" if told is None or isinstance(told, dict | list) else str(told)


def incoming(told: Mapping[str, Any], fields: Fields, region: str) -> Incoming:
    """A message. Raises InvalidError."""
    source = spelled(Address(found(told, fields.source)), region)
    numbered = found(told, fields.numbered)
    for said, name in ((source, fields.source), (numbered, fields.numbered)):
        if not said:
            raise InvalidError(f"it has no {name}", name)
    return Incoming(source, found(told, fields.destination), found(told, fields.text), numbered=numbered)


def receipt(told: Mapping[str, Any], fields: ReceiptFields) -> Receipt:
    """A delivery report. Raises InvalidError."""
    numbered, state = found(told, fields.numbered), found(told, fields.state)
    if not numbered:
        raise InvalidError(f"it has no {fields.numbered}", fields.numbered)
    word = state.casefold()
    fate = Fate.UNDER_WAY
    if word in (one.casefold() for one in fields.delivered):
        fate = Fate.DELIVERED
    elif word in (one.casefold() for one in fields.failed):
        fate = Fate.FAILED
    return Receipt((canonical(numbered),), fate, not_arrived(state[:100], "") if fate is Fate.FAILED else "", "")


def asked(request: Request, message: Outgoing, number: str, token: str) -> tuple[str, dict[str, str], Any]:
    """Address, headers and body of the request by which a message leaves."""
    words = {"{to}": message.to, "{from}": number, "{text}": message.text, "{id}": message.name, "{secret}": token}
    headers = {name: _filled(value, words) for name, value in request.headers.items()}
    return (
        _filled(request.url, {name: quote(one, safe="") for name, one in words.items()}),
        headers,
        filled_all(request.body, lambda one: _filled(one, words)),
    )


def _filled(text: str, words: Mapping[str, str]) -> str:
    """In one go: what a customer wrote fills nothing in."""
    return _PLACE.sub(lambda one: words.get(one[0], one[0]), text)
