"""What `[email]` in channels.toml may say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hub.channels.email.addresses import addresses, is_address
from hub.channels.email.fax import Fax
from hub.channels.email.mail import Address
from hub.domain.refused_files import EXECUTABLE
from hub.settings import SettingsError

Security = Literal["none", "starttls", "tls"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Server(_Table):
    """Where mail servers hand mail in. `port` 0: any free one."""

    protocol: Literal["lmtp", "smtp"] = "lmtp"
    host: str = "127.0.0.1"
    port: int = Field(default=8024, ge=0, le=65535)
    largest: int = Field(default=20 * 1024 * 1024, ge=10_000)
    """Bytes of a mail."""
    connections: int = Field(default=50, ge=1, le=10_000)
    per_sender_per_minute: int = Field(default=60, ge=1)
    without_sender_per_minute: int = Field(default=600, ge=1)
    """Of delivery reports and other mails whose envelope names nobody, all together."""
    answer_within_seconds: float = Field(default=30.0, gt=0, le=280)
    """No confirmation by the hub until then: the mail server is told to try again later."""
    certificate: Path | None = None
    """With `private_key`: STARTTLS is offered."""
    private_key: Path | None = None


class Mailbox(_Table):
    """A mailbox that is read by IMAP."""

    host: str
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["none", "tls"] = "tls"
    user: str
    password_file: Path
    folder: str = "INBOX"

    @property
    def name(self) -> str:
        """What tells it from others."""
        return f"{self.user}@{self.host}/{self.folder}"


class Smarthost(_Table):
    """The mail server that takes what leaves: it signs (DKIM), queues and delivers."""

    host: str = "127.0.0.1"
    port: int = Field(default=25, ge=1, le=65535)
    security: Security = "none"
    user: str = ""
    password_file: Path | None = None
    connections: int = Field(default=10, ge=1, le=100)
    timeout_seconds: float = Field(default=60.0, gt=0)


class Identity(_Table):
    """Who writes, for a queue or for all: `from` is `Name <address>` or an address."""

    sender: str = Field(alias="from")
    signature: str = ""

    @field_validator("sender")
    @classmethod
    def _names_an_address(cls, value: str) -> str:
        if len(addresses([value])) != 1:
            raise ValueError(f"{value!r} is no mail address: write 'Name <name@domain>'")
        return value

    @property
    def address(self) -> Address:
        """The same, taken apart."""
        return addresses([self.sender])[0]


class Entry(_Table):
    """What mail to one of our addresses is about."""

    service: str = Field(default="", max_length=64)
    sender: str = Field(default="contact-centre", max_length=100)


class Unsubscribing(_Table):
    """Where one click ends promotional mail. `url` is how the world reaches it, over HTTPS."""

    url: str = Field(pattern=r"^https?://\S+$")
    host: str = "127.0.0.1"
    port: int = Field(default=8025, ge=0, le=65535)


class Surveys(_Table):
    """How customers are asked how it was."""

    link: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where they may answer, too; `{survey}` in it stands for the survey's id."""
    language: Literal["en", "fa"] = "en"
    """For whom nobody knows theirs, or there are no words in it."""


class EmailSettings(_Table):
    """All of it."""

    domain: str = Field(pattern=r"^[A-Za-z0-9.-]{1,200}$")
    """Of the Message-IDs of what leaves."""
    identity: Identity
    queues: dict[str, Identity] = {}
    """Who writes for a queue, where it is another."""
    addresses: dict[str, Entry] = {}
    lists: frozenset[str] = frozenset()
    """Mailing lists by which people write to us, by address or List-Id: their mails are no machine's for that."""
    refused_files: frozenset[str] = EXECUTABLE
    """Files that agents are not given: endings of names without the dot, and media types, in lower case."""
    server: Server | None = None
    mailboxes: tuple[Mailbox, ...] = ()
    smarthost: Smarthost = Smarthost()
    unsubscribing: Unsubscribing | None = None
    surveys: Surveys = Surveys()
    fax: Fax | None = None
    machine_mails_per_day: int = Field(default=20, ge=1)
    """To one address, of those that no person wrote."""
    give_up_hours: float = Field(default=4.0, gt=0)
    """A mail that the hub names no time for."""

    @field_validator("addresses")
    @classmethod
    def _are_addresses(cls, value: dict[str, Entry]) -> dict[str, Entry]:
        for one in value:
            if not is_address(one.lower()):
                raise ValueError(f"{one!r} is no mail address")
        return {name.lower(): entry for name, entry in value.items()}

    def identity_of(self, queue: str) -> Identity:
        """Who writes for it."""
        return self.queues.get(queue, self.identity)

    @model_validator(mode="after")
    def _gets_mail(self) -> "EmailSettings":
        if self.server is None and not self.mailboxes:
            raise ValueError("no mail comes in: write [email.server], or [[email.mailboxes]], or both")
        return self

    @property
    def own(self) -> frozenset[str]:
        """Our addresses."""
        identities = (self.identity, *self.queues.values())
        return frozenset([*self.addresses, *(one.address.address for one in identities)])


def email_settings(table: Mapping[str, Any]) -> EmailSettings:
    """From the table. Raises SettingsError."""
    try:
        return EmailSettings.model_validate(table)
    except ValidationError as error:
        told = [f"[email] {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise SettingsError("channels.toml: " + "; ".join(told)) from None


def secret(file: Path) -> str:
    """What a password or key file holds. Raises SettingsError."""
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"[email] {file} can't be read: {error}") from None
