"""Reads delivery receipts: which message of ours, and what became of it. Carriers write them as they like."""

import re

from hub.channels.sms.message import Fate, Receipt
from hub.channels.sms.pdu import Message, Tag
from hub.channels.sms.refusals import not_arrived

_KIND = 0x3C
_RECEIPTS = (0x04, 0x08)
"""In esm_class: a receipt of the carrier, or of the phone."""
_FIELD = re.compile(r"(?i)\b(id|stat|err|text|done date|submit date|sub|dlvrd)\s*:\s*")
_FATES = {
    "DELIVRD": Fate.DELIVERED, "DELIVERED": Fate.DELIVERED, "READ": Fate.DELIVERED,
    "EXPIRED": Fate.FAILED, "DELETED": Fate.FAILED, "UNDELIV": Fate.FAILED, "UNDELIVERABLE": Fate.FAILED,
    "UNDELIVERED": Fate.FAILED, "REJECTD": Fate.FAILED, "REJECTED": Fate.FAILED, "FAILED": Fate.FAILED,
    "ENROUTE": Fate.UNDER_WAY, "ACCEPTD": Fate.UNDER_WAY, "ACCEPTED": Fate.UNDER_WAY, "UNKNOWN": Fate.UNDER_WAY,
    "SCHEDULED": Fate.UNDER_WAY,
}  # fmt: skip
_STATES = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}


def receipt(message: Message) -> Receipt | None:
    """None: it is none."""
    said = _fields(message.data.decode("latin-1"))
    if message.esm_class & _KIND not in _RECEIPTS and not {"id", "stat", "done date"} <= said.keys():
        return None
    state = message.options.get(Tag.MESSAGE_STATE, b"")
    word = said.get("stat", "").upper() or (_STATES.get(state[0], "") if state else "")
    named = (message.text_option(Tag.RECEIPTED_MESSAGE_ID), said.get("id", "").split(" ")[0])
    fate = _FATES.get(word, Fate.UNDER_WAY)
    return Receipt(
        names=tuple(dict.fromkeys(spelling for one in named if one for spelling in spellings(one))),
        fate=fate,
        reason=not_arrived(word, said.get("err", "")) if fate is Fate.FAILED else "",
        number=message.source.number,
        beginning=said.get("text", "")[:20],
    )


def canonical(name: str) -> str:
    """How a message is called here: in small letters, without leading zeros."""
    plain = name.strip().lower()
    return plain.lstrip("0") or plain


def spellings(name: str) -> tuple[str, ...]:
    """How a message may have been called in the answer, by what its receipt calls it: the same, or a number in
    hexadecimal where the other is decimal."""
    short = canonical(name)
    found = [short]
    if len(short) <= 20 and re.fullmatch(r"[0-9]+", short):
        found.append(f"{int(short):x}")
    if len(short) <= 20 and re.fullmatch(r"[0-9a-f]+", short):
        found.append(str(int(short, 16)))
    return tuple(dict.fromkeys(found))


def _fields(text: str) -> dict[str, str]:
    """Of the usual form, `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…`."""
    found = list(_FIELD.finditer(text))
    ends = [*(one.start() for one in found[1:]), len(text)]
    said: dict[str, str] = {}
    for one, end in zip(found, ends, strict=False):
        name = one[1].lower()
        said.setdefault(name, (text[one.end() :] if name == "text" else text[one.end() : end]).strip())
        if name == "text":
            break
    return said
