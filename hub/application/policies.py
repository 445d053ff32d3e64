"""Routing policies: published as facts by people, so that every text that was ever in force can be read again."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.domain.errors import ConflictError, NotFoundError, RefusedError
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.ports import Append, Clock, Committed, Journal, Recorded, Unit
from hub.router.policy.checker import check_text
from hub.router.policy.diff import PolicyDiff, diff
from hub.router.policy.findings import Finding, Severity, field_of
from hub.router.policy.model import Staff
from hub.router.policy.parsing import Policy, PolicyError, parse_policy
from hub.router.policy.toml_errors import mistakes_in
from hub.router.policy.toml_lines import line_of, lines_of

ATTEMPTS = 5
NAME = "policy"
"""What findings call a text that came without a file."""


@dataclass(frozen=True, slots=True)
class Published:
    """A text that was put in force. `published_at` None: nobody did, the hub started with it."""

    version: str
    text: str
    note: str = ""
    waiting: bool = False
    actor: str = ""
    published_at: datetime | None = None
    stream_version: int = 0
    """Place in the history, from 1."""


class Policies:
    """The routing policy's history, and what is added to it. `starting` is what a hub routes by as long as nothing was
    published: the file that its settings name, or the policy that ships with it."""

    def __init__(self, journal: Journal, clock: Clock, starting: Policy) -> None:
        self._journal = journal
        self._clock = clock
        self._starting = starting

    async def publish(
        self,
        text: str,
        note: str = "",
        waiting: bool = False,
        *,
        actor: str,
        command_id: str,
        expected_version: str = "",
    ) -> list[Recorded]:
        """Put a text in force: what it led to, nothing where it was published last already. Raises PolicyError with
        every mistake, and RefusedError where another version than the expected one is in force."""
        policy = usable(text)
        for _ in range(ATTEMPTS):
            history = await self.history()
            in_force = history[-1] if history else self._first()
            if expected_version not in ("", in_force.version):
                raise RefusedError(
                    f"version {in_force.version} is in force, not {expected_version}: "
                    "see what changed, then publish against that one"
                )
            if history and in_force.version == policy.version:
                return []
            now = self._clock.now()
            event = PolicyPublished(
                at=now, recorded_at=now, causation=command_id, actor=actor,
                kind="routing", version=policy.version, text=text, note=note, waiting=waiting,
            )  # fmt: skip
            [outcome] = await self._journal.commit([Unit([Append(ROUTING, in_force.stream_version, [event])])])
            if isinstance(outcome, Committed):
                return [Recorded(outcome.first, ROUTING, in_force.stream_version + 1, event)]
            if not isinstance(outcome, ConflictError):
                raise outcome
        raise ConflictError(ROUTING)

    async def publish_first(self, *, from_file: bool, command_id: str) -> None:
        """At a hub's start: what it starts with goes on record, so that every decision can be computed again. Once
        something was published, only a file whose text never was takes its place."""
        history = await self.history()
        if history and not (from_file and all(one.version != self._starting.version for one in history)):
            return
        note = "the file named in the settings" if from_file else "ships with the hub"
        await self.publish(self._starting.text, note, actor="operator:settings", command_id=command_id)

    async def history(self) -> list[Published]:
        """Everything that was published, oldest first; a version may come more than once."""
        recorded = (await self._journal.load([ROUTING])).get(ROUTING, [])
        return [_published(one.event, one.version) for one in recorded if isinstance(one.event, PolicyPublished)]

    async def in_force(self) -> Published:
        """What was published last; as long as nothing was, what the hub started with."""
        history = await self.history()
        return history[-1] if history else self._first()

    async def version(self, version: str) -> Published:
        """The newest publication of a version, or what the hub started with. Raises NotFoundError."""
        for published in [*reversed(await self.history()), self._first()]:
            if published.version == version:
                return published
        raise NotFoundError(f"there is no version {version!r} of the routing policy: the history lists them")

    def check(self, text: str, staff: Sequence[Staff] = ()) -> list[Finding]:
        """Everything there is to say about a text. Raises PolicyError where it is not even TOML."""
        return check_text(text, NAME, staff, self._clock.now().date())

    async def diff(self, text: str) -> PolicyDiff:
        """What a text would change of the policy in force. Raises PolicyError where it can't be used."""
        return diff(parse_policy((await self.in_force()).text), parse_policy(text, NAME))

    def _first(self) -> Published:
        return Published(self._starting.version, self._starting.text)


def usable(text: str, name: str = NAME) -> Policy:
    """The policy of a text in which the checker finds no error. Raises PolicyError naming all of them."""
    errors = tuple(finding for finding in check_text(text, name) if finding.severity is Severity.ERROR)
    if errors:
        raise PolicyError("\n".join(f"{name}: {finding}" for finding in errors), errors)
    return parse_policy(text, name)


class _StaffFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    staff: Annotated[tuple[Staff, ...], Field(strict=False)]


def load_staff(file: Path) -> tuple[Staff, ...]:
    """Who there is, from a TOML file of [[staff]] tables. Raises PolicyError naming every mistake."""
    try:
        text = file.read_text("utf-8")
        return _StaffFile.model_validate(tomllib.loads(text)).staff
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"staff {file} can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{file}: this is not TOML: {error}") from None
    except ValidationError as error:
        lines = lines_of(text)
        found = sorted(
            Finding(line_of(lines, place), Severity.ERROR, field_of(place), message)
            for place, message in mistakes_in(error, _StaffFile)
        )
        raise PolicyError("\n".join(f"{file}: {finding}" for finding in found), tuple(found)) from None


def _published(event: PolicyPublished, stream_version: int) -> Published:
    return Published(event.version, event.text, event.note, event.waiting, event.actor, event.at, stream_version)
