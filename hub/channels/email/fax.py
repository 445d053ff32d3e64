"""Faxes that come and go as mails: what makes a mail one, whose number it came from, and what leaves."""

import re
from email.parser import BytesHeaderParser
from email.policy import compat32

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hub.channels.email.mail import Mail
from hub.channels.email.words import header, header_text, quietly
from hub.domain.contact import Contact, Identifier
from hub.domain.customer.normalise import normalise

KIND = "fax"
"""Of the identifier that a number is: a machine's, on which nobody is called."""
PAGES = ("application/pdf", "image/tiff")
"""What a fax is made of."""
_LOOKED_AT = 100_000


class Fax(BaseModel):
    """The fax server that turns faxes into mails, and mails into faxes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    senders: tuple[str, ...] = Field(min_length=1)
    """Addresses that its mails come from; `@domain`: all of a domain."""
    caller_in: str = Field(default="Subject", pattern=r"^[A-Za-z0-9-]{1,100}$")
    """The header that holds the number of who sent it."""
    caller: str = r"(\+?[0-9][0-9 ()./-]{3,30}[0-9])"
    """What the number looks like in there; what stands in the first brackets is the number."""
    answers_to: str = Field(default="", pattern=r"^([^@\s]*\{(number|digits)\}[^@\s]*@[^@\s{}]+)?$")
    """Where a mail becomes a fax: `{digits}@fax.example.org`; `{number}` has the plus before it. Empty: nowhere."""
    service: str = Field(default="", max_length=64)
    sender: str = Field(default="contact-centre", max_length=100)

    @field_validator("caller")
    @classmethod
    def _has_brackets(cls, value: str) -> str:
        try:
            groups = re.compile(value).groups
        except re.error as error:
            raise ValueError(f"this is no pattern: {error}") from None
        if groups < 1:
            raise ValueError("put brackets around what is the number: from ([0-9]+)")
        return value


def is_fax(mail: Mail, fax: Fax) -> bool:
    """A mail of the fax server with pages in it; what it says beside that is a mail as any other."""
    if mail.sender is None:
        return False
    address = mail.sender.address
    known = {one.lower() for one in fax.senders}
    is_known = address in known or f"@{address.rpartition('@')[2]}" in known
    return is_known and any(one.media_type.partition(";")[0] in PAGES for one in mail.files)


def number_of(raw: bytes, fax: Fax, region: str) -> str:
    """Of who sent it; empty: it is withheld, or stands elsewhere."""
    headers = quietly(lambda: BytesHeaderParser(policy=compat32).parsebytes(raw[:_LOOKED_AT]), None)
    if headers is None:
        return ""
    found = re.search(fax.caller, header_text(header(headers, fax.caller_in))[:2000])
    said = (found[1] or "").strip() if found else ""
    return normalise("phone", said, region).value[:40] if said else ""


def as_fax(contact: Contact, number: str, thread: str, fax: Fax) -> Contact:
    """The contact of a mail that is a fax: from its number, in the conversation with it, answered by fax."""
    path = contact.path.model_copy(update={"address": _answered_at(number, fax), "sender": fax.sender})
    changed: dict[str, object] = {"path": path, "cc": (), "service": fax.service or contact.service, "auto": False}
    if number:
        changed |= {"thread": thread, "identifiers": (Identifier(kind=KIND, value=number),)}
    return contact.model_copy(update=changed)


def goes_by_fax(address: str, fax: Fax | None) -> bool:
    """Whether a mail to this address becomes a fax."""
    if fax is None or not fax.answers_to:
        return False
    before, _, after = re.split(r"\{(number|digits)\}", fax.answers_to.lower())
    written = address.strip().lower()
    number = written.removeprefix(before).removesuffix(after)
    return written == f"{before}{number}{after}" and bool(re.fullmatch(r"\+?[0-9]{3,30}", number))


def _answered_at(number: str, fax: Fax) -> str:
    if not (number and fax.answers_to and re.fullmatch(r"\+?[0-9]{3,30}", number)):
        return ""
    return fax.answers_to.replace("{number}", number).replace("{digits}", number.removeprefix("+")).lower()
