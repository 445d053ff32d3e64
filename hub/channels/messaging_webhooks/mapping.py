"""What a mapping file says of one provider: where things stand in its JSON, how it signs, how an answer is sent."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from hub.channels.messaging_webhooks.finding import PATH
from hub.channels.messaging_webhooks.rows import row_of
from hub.settings import SettingsError

SHIPPED = Path(__file__).with_name("mappings")
PLACE = re.compile(r"\{([a-z_]+)\}")
_SENT = frozenset({"to", "text", "id", "secret"})
_FETCHED = frozenset({"file", "found", "secret"})

One = Annotated[str, Field(pattern=PATH, max_length=200)]
Several = Annotated[
    tuple[One, ...], BeforeValidator(lambda said: (said,) if isinstance(said, str) else said), Field(max_length=20)
]
"""One place or several: the first where something stands counts."""
Url = Annotated[str, Field(pattern=r"^(https?://|\{)\S+$")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Signature(_Table):
    """How the provider shows who it is. `hmac`: of the body, under a secret; `token`: the secret itself."""

    kind: Literal["hmac", "token"]
    header: str = Field(pattern=r"^[A-Za-z0-9-]{1,100}$")
    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""


class Handshake(_Table):
    """The GET by which the provider asks whether this address is ours: names in its query."""

    mode: str = ""
    """Which must say `mode_is`; empty: nothing says what is asked."""
    mode_is: str = "subscribe"
    token: str = Field(min_length=1)
    challenge: str = Field(min_length=1)


class IdentifierAt(_Table):
    """Something that names who writes."""

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    at: Several
    prefix: str = ""
    verified: bool = False
    """The provider attests it."""


class FileAt(_Table):
    """A kind of file that a message brings. `file` is what it is fetched by: a name or an address."""

    each: One
    file: Several
    media_type: Several = ()
    name: Several = ()
    size: Several = ()


class Messages(_Table):
    """`each` names where they stand in a request, the others where things stand in one of them."""

    each: Several = Field(min_length=1)
    id: Several = Field(min_length=1)
    sender: Several = Field(min_length=1)
    to: Several = ()
    """Where answers go; empty: to the sender."""
    text: Several = ()
    name: Several = ()
    """What the writer is called."""
    language: Several = ()
    at: Several = ()
    answers: Several = ()
    """The id of the message that this one answers."""
    identifiers: tuple[IdentifierAt, ...] = Field(default=(), max_length=10)
    files: tuple[FileAt, ...] = Field(default=(), max_length=20)


class Statuses(_Table):
    """What became of messages of ours."""

    each: Several = Field(min_length=1)
    id: Several = Field(min_length=1)
    to: Several = ()
    state: Several = Field(min_length=1)
    reason: Several = ()
    at: Several = ()
    delivered: tuple[str, ...] = ("delivered",)
    read: tuple[str, ...] = ("read",)
    failed: tuple[str, ...] = ("failed",)


class Files(_Table):
    """How files are fetched. In `look_up` and `url`, `{file}` is what the message says, `{found}` what that finds."""

    look_up: Url | None = None
    found: Several = ()
    url: Url
    headers: dict[str, str] = {}
    hosts: tuple[str, ...] = ()
    """Fetched from these and what is below them; empty: from any."""
    largest: int = Field(default=20 * 1024 * 1024, ge=1)
    media_types: tuple[str, ...] = ("image/*", "audio/*", "video/*", "text/plain", "application/pdf")
    private_addresses: bool = False
    """Also from addresses that the world can't reach."""
    give_up_minutes: float = Field(default=60, ge=0)
    """A file that can't be fetched for so long is left out."""


class Send(_Table):
    """The request by which a message leaves. In `url`, `headers` and `body` stand `{to}`, `{text}`, `{id}` (ours),
    `{secret}` and the mapping's variables."""

    url: Url
    headers: dict[str, str] = {}
    body: dict[str, Any] = Field(min_length=1)
    id: Several = ()
    """Where the answer says what the provider calls it."""
    ids_repeat: bool = False
    """Two customers' messages may be called the same."""
    later: tuple[int, ...] = (429, 503)
    """Statuses that say: not now, it has not left."""
    code: Several = ()
    """Where an answer that declines says why, in a word or number, and which of those mean: not now."""
    later_codes: tuple[str, ...] = ()
    retry_after: Several = ()
    """Where it says in how many seconds, if not in the header Retry-After."""
    reason: Several = ()
    longest: int = Field(default=4096, ge=1, le=100_000)
    per_second: float = Field(default=0, ge=0, le=10_000)
    """0: as many as the provider takes."""
    per_customer_per_second: float = Field(default=0, ge=0, le=1000)
    answer_within_seconds: float = Field(default=10, gt=0, le=300)


class Mapping(_Table):
    """All of it."""

    signature: Signature
    handshake: Handshake | None = None
    messages: Messages
    statuses: Statuses | None = None
    files: Files | None = None
    send: Send
    variables: dict[str, str] = {}
    """What else stands in braces; channels.toml may say otherwise, and must where one is empty."""
    refused_status: int = Field(default=400, ge=200, le=499)
    """How bad input is answered that is kept: 200 where the provider would hold up other messages for it."""

    @property
    def asks_for_a_secret(self) -> bool:
        """Whether requests of ours carry one."""
        asked = [self.send.url, *_strings(self.send.headers), *_strings(self.send.body)]
        if self.files is not None:
            asked += [self.files.look_up or "", self.files.url, *_strings(self.files.headers)]
        return any("{secret}" in one for one in asked)

    @model_validator(mode="after")
    def _fits_together(self) -> "Mapping":
        self._all_known("send", [self.send.url, *_strings(self.send.headers), *_strings(self.send.body)], _SENT)
        if self.messages.files and self.files is None:
            raise ValueError("messages bring files: say in [files] how they are fetched")
        if self.files is not None:
            asked = [self.files.look_up or "", self.files.url, *_strings(self.files.headers)]
            self._all_known("files", asked, _FETCHED)
            named_by_others = self.files.url.startswith("{found}") or self.files.url.startswith("{file}")
            if (
                named_by_others
                and not self.files.hosts
                and any("{secret}" in one for one in self.files.headers.values())
            ):
                raise ValueError("files: the secret would go to any host that is named: write `hosts`")
            if (self.files.look_up is None) == ("{found}" in self.files.url):
                raise ValueError("files: `{found}` in url is what `look_up` finds: write both or neither")
        return self

    def _all_known(self, where: str, texts: Iterable[str], known: frozenset[str]) -> None:
        for one in texts:
            for name in PLACE.findall(one):
                if name not in known and name not in self.variables:
                    there_are = ", ".join(sorted({*known, *self.variables}))
                    raise ValueError(f"{where}: nothing stands for {{{name}}}: there are {there_are}")


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def read_mapping(named: str) -> Mapping:
    """That of a file, or one that comes with the hub, by its name. Raises SettingsError that names file, row and
    field."""
    file = Path(named)
    if "/" not in named and not named.endswith(".toml"):
        file = SHIPPED / f"{named}.toml"
        if not file.is_file():
            there_are = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.toml")))
            raise SettingsError(f"no mapping {named!r} comes with the hub: there are {there_are}; or name a file.toml")
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"mapping {file} can't be read: {error}") from None
    return parse_mapping(text, str(file))


def parse_mapping(text: str, file: str) -> Mapping:
    """Raises SettingsError."""
    try:
        return Mapping.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: this is no TOML: {error}") from None
    except ValidationError as error:
        raise SettingsError("\n".join(f"{file}, {one}" for one in _told(text, error))) from None


_WORDS = {"missing": "it is needed", "extra_forbidden": "there is no such setting"}


def _told(text: str, error: ValidationError) -> Iterable[str]:
    for one in error.errors():
        field = list(one["loc"])
        says = _WORDS.get(one["type"], one["msg"].removeprefix("Value error, "))
        if one["type"] == "string_pattern_mismatch":
            says = f"it is not written as such a setting is ({says})"
        name, _, rest = says.partition(": ")
        if not field and name in Mapping.model_fields:
            field, says = [name], rest
        yield f"row {row_of(text, field)}, {'.'.join(map(str, field)) or 'the whole'}: {says}"
