"""Routing policies: published as facts by people, so that every text that was ever in force can be read again."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.application.policies.published_texts import Kind, Published, PublishedTexts
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.policies.findings import Finding, PolicyError, errors_of, refusal, refused
from hub.policies.toml_errors import mistakes_in
from hub.ports import Clock, Journal, Recorded
from hub.router.policy.checker import check_text
from hub.router.policy.diff import PolicyDiff, diff
from hub.router.policy.model import Staff
from hub.router.policy.parsing import Policy, parse_policy
from hub.router.policy.words import WORDS

NAME = "policy"
"""What findings call a text that came without a file."""


class Policies:
    """The routing policy's history, and what is added to it. `starting` is what a hub routes by as long as nothing was
    published: the file that its settings name, or the policy that ships with it."""

    def __init__(self, journal: Journal, clock: Clock, starting: Policy) -> None:
        self._clock = clock
        self._starting = starting
        kind = Kind("routing policy", ROUTING, PolicyPublished, _published, usable)
        self._texts = PublishedTexts(journal, clock, kind, starting.text)

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
        """As PublishedTexts.publish; `waiting`: what waits is classified anew, not only what comes."""
        return await self._texts.publish(
            text, actor=actor, command_id=command_id, expected_version=expected_version,
            kind="routing", note=note, waiting=waiting,
        )  # fmt: skip

    async def publish_first(self, *, from_file: bool, command_id: str) -> None:
        """As PublishedTexts.publish_first."""
        await self._texts.publish_first(from_file=from_file, command_id=command_id, kind="routing")

    async def history(self) -> list[Published]:
        """Everything that was published, oldest first; a version may come more than once."""
        return await self._texts.history()

    async def in_force(self) -> Published:
        """What was published last; as long as nothing was, what the hub started with."""
        return await self._texts.in_force()

    async def version(self, version: str) -> Published:
        """The newest publication of a version, or what the hub started with. Raises NotFoundError."""
        return await self._texts.version(version)

    def check(self, text: str, staff: Sequence[Staff] = ()) -> list[Finding]:
        """Everything there is to say about a text. Raises PolicyError where it is not even TOML."""
        return check_text(text, NAME, staff, self._clock.now().date())

    async def diff(self, text: str) -> PolicyDiff:
        """What a text would change of the policy in force. Raises PolicyError where it can't be used."""
        return diff(parse_policy((await self.in_force()).text), parse_policy(text, NAME))


def reopening_days(policy: Policy) -> float:
    """For how long a customer who writes again gets back to work that was over, at the longest."""
    return max((channel.reopen_within_days for channel in policy.channels.values()), default=0.0)


def usable(text: str, name: str = NAME) -> Policy:
    """The policy of a text in which the checker finds no error. Raises PolicyError naming all of them."""
    errors = errors_of(check_text(text, name))
    if errors:
        raise refused(name, errors)
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
        raise refusal(text, str(file), mistakes_in(error, _StaffFile), WORDS) from None


def _published(event: PolicyPublished) -> Published:
    return Published(event.version, event.text, event.note, event.waiting)
