"""Writes the mail that a contact leaves as: the bytes that a mail server takes, ready to be signed by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from hub.channels.command import Command
from hub.channels.email.addresses import is_address
from hub.channels.email.mail import Address
from hub.channels.email.markup import plain, sanitised
from hub.channels.email.settings import Identity
from hub.channels.email.threads import tagged
from hub.channels.email.words import clean, quietly
from hub.domain.errors import InvalidError

MOST_REFERENCES = 20
LONGEST_ID = 900
"""A line of a mail has at most 998 characters."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was said last in the conversation: the Message-ID that is answered, and those before it."""

    message_id: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes along."""

    data: bytes
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """All about a mail that is not in the command. `unsubscribe`: URLs by which promotional mail is ended, the first
    with one click."""

    identity: Identity
    message_id: str
    now: datetime
    before: Before = Before()
    files: Sequence[Enclosed] = ()
    unsubscribe: Sequence[str] = ()


def render(command: Command, occasion: Occasion) -> bytes:
    """The same command and occasion give the same mail, but for the boundaries between its parts. Raises InvalidError
    of an address that no mail can be sent to."""
    message = EmailMessage(policy=SMTP)
    author = occasion.identity.address
    message["Date"] = format_datetime(occasion.now)
    message["From"] = _written(author, "from")
    message["To"] = _written(Address("", command.address.strip().lower()), "address")
    if command.cc:
        message["Cc"] = [_written(Address("", one.strip().lower()), "cc") for one in command.cc]
    message["Reply-To"] = _written(tagged(author, occasion.message_id.partition("@")[0]), "from")
    message["Subject"] = " ".join(clean(command.subject).split())
    if not command.agent_id:
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if command.purpose == "promotional" and occasion.unsubscribe:
        message["List-Unsubscribe"] = ", ".join(f"<{one}>" for one in occasion.unsubscribe)
        if occasion.unsubscribe[0].startswith("https:"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    shown = _write_words(message, command, occasion)
    for number, file in enumerate(occasion.files, 1):
        if number not in shown:
            _enclose(message, file)
    return _conversation(occasion) + message.as_bytes()


def references(before: Before) -> tuple[str, ...]:
    """What a mail that answers refers to: where the conversation began, and what was said last."""
    ids = [one for one in (*before.references, before.message_id) if one.isascii() and 0 < len(one) <= LONGEST_ID]
    known = list(dict.fromkeys(ids))
    return tuple(known if len(known) <= MOST_REFERENCES else [known[0], *known[1 - MOST_REFERENCES :]])


def _conversation(occasion: Occasion) -> bytes:
    """Headers that name mails: the library would encode a long name as if it were words."""
    lines = [f"Message-ID: <{occasion.message_id}>"]
    answered = references(occasion.before)
    if occasion.before.message_id in answered:
        lines.append(f"In-Reply-To: <{occasion.before.message_id}>")
    if answered:
        lines.append("References: " + "\r\n ".join(f"<{one}>" for one in answered))
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _written(who: Address, field: str) -> HeaderAddress:
    """A domain in other letters goes as ASCII; a name in other letters needs mail servers that hardly anybody has."""
    name, _, domain = who.address.rpartition("@")
    host = quietly(lambda: domain if domain.isascii() else domain.encode("idna").decode("ascii"), "")
    address = f"{name}@{host}"
    if not (is_address(address) and address.isascii()):
        raise InvalidError("no mail can be sent to this address: it must be name@domain, the name in ASCII", field)
    try:
        return HeaderAddress(" ".join(clean(who.name).split()), addr_spec=address)
    except Exception:  # the library raises several of its own
        raise InvalidError("no mail can be sent to this address: it must be name@domain", field) from None


def _write_words(message: EmailMessage, command: Command, occasion: Occasion) -> set[int]:
    """The files that are shown in it, by their numbers."""
    names = {
        number: f"{number}.{occasion.message_id}"
        for number, file in enumerate(occasion.files, 1)
        if file.media_type.startswith("image/")
    }
    known = {occasion.files[number - 1].name: name for number, name in names.items()}
    html = (
        sanitised(command.html, known | {str(number): name for number, name in names.items()}) if command.html else ""
    )
    signature = occasion.identity.signature
    text = clean(command.text) or plain(html)
    terms = [f"{name}: {value}" for name, value in command.grant.terms.items()] if command.grant else []
    below = ["\n".join(terms)] if terms else []
    signed = [f"-- \n{signature.strip()}"] if signature.strip() else []
    message.set_content("\n\n".join([text.rstrip(), *below, *signed]) + "\n")
    if html:
        rest = "".join(f"<p>{escape(one)}</p>" for one in terms)
        if signed:
            rest += f"<p>-- <br>{escape(signature.strip())}</p>".replace("\n", "<br>")
        message.add_alternative(f'<div dir="auto">{html}{rest}</div>\n', subtype="html")
    shown = {number for number, name in names.items() if f'src="cid:{name}"' in html}
    for number in sorted(shown):
        _show(message, occasion.files[number - 1], names[number])
    return shown


def _show(message: EmailMessage, image: Enclosed, name: str) -> None:
    """Beside the HTML, which shows it by this name."""
    rich = message.get_body(("html",))
    form = image.media_type.partition(";")[0].partition("/")[2]
    if isinstance(rich, EmailMessage):
        rich.add_related(
            image.data, maintype="image", subtype=form, cid=f"<{name}>", filename=image.name or "image",
            disposition="inline",
        )  # fmt: skip


def _enclose(message: EmailMessage, file: Enclosed) -> None:
    """A mail goes as a mail where it can be written again, anything else as a file."""
    kind, _, form = file.media_type.partition(";")[0].partition("/")
    if file.media_type.startswith("message/rfc822") and (inner := quietly(lambda: _mail(file.data), None)):
        if message.get_content_maintype() != "multipart" or message.get_content_subtype() != "mixed":
            message.make_mixed()
        message.attach(inner)  # type: ignore[arg-type]
        return
    known = kind in ("application", "audio", "font", "image", "model", "text", "video") and form
    kind, form = (kind, form) if known else ("application", "octet-stream")
    message.add_attachment(file.data, maintype=kind, subtype=form, filename=file.name or "file")


def _mail(data: bytes) -> MIMEMessage:
    """Raises whatever the library does where it can't write it."""
    inner = MIMEMessage(message_from_bytes(data))
    inner.as_bytes(policy=SMTP)
    return inner
