"""Path policies: published as facts by people, so that every text that was ever in force can be read again."""

from collections.abc import Sequence
from datetime import datetime

from hub.application.policies.published_texts import Kind, Published, PublishedTexts
from hub.domain.customer.events import DeclaredStanding
from hub.domain.policy.events import PATHS, PathPolicyPublished
from hub.paths.policy.diff import PathPolicyDiff, diff
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.parsing import DEFAULT, check_text, load_path_policy, parse_path_policy
from hub.paths.standing.facts import Facts
from hub.paths.standing.standing import Stands, standing
from hub.policies.findings import Finding
from hub.ports import Clock, Journal, Recorded

NAME = "policy"
"""What findings call a text that came without a file."""
KEPT_AT_FIRST = 1_000


class PathPolicies:
    """The path policy's history, and what is added to it. As long as nothing was published the one that ships with the
    hub is in force."""

    def __init__(self, journal: Journal, clock: Clock, starting: str = DEFAULT) -> None:
        kind = Kind("path policy", PATHS, PathPolicyPublished, _published, usable)
        self._texts = PublishedTexts(journal, clock, kind, starting)
        self._clock = clock
        self._read: dict[str, PathPolicy] = {}

    async def publish(
        self, text: str, note: str = "", *, actor: str, command_id: str, expected_version: str = ""
    ) -> list[Recorded]:
        """As PublishedTexts.publish."""
        return await self._texts.publish(
            text, actor=actor, command_id=command_id, expected_version=expected_version, note=note
        )

    async def publish_first(self, *, command_id: str) -> None:
        """As PublishedTexts.publish_first."""
        await self._texts.publish_first(from_file=False, command_id=command_id)

    async def history(self) -> list[Published]:
        """Everything that was published, oldest first; a version may come more than once."""
        return await self._texts.history()

    async def in_force(self) -> Published:
        """What was published last; as long as nothing was, what the hub started with."""
        return await self._texts.in_force()

    async def version(self, version: str) -> Published:
        """The newest publication of a version, or what the hub started with. Raises NotFoundError."""
        return await self._texts.version(version)

    async def policy(self) -> PathPolicy:
        """The policy in force."""
        published = await self._texts.in_force()
        if published.version not in self._read:
            self._read = {published.version: parse_path_policy(published.text)}
        return self._read[published.version]

    def check(self, text: str, reopening_days: float = 0.0) -> list[Finding]:
        """Everything there is to say about a text, beside a routing policy that reopens work for so long. Raises
        PolicyError where it is not even TOML."""
        return check_text(text, NAME, self._clock.now().date(), reopening_days)

    async def diff(self, text: str) -> PathPolicyDiff:
        """What a text would change of the policy in force. Raises PolicyError where it can't be used."""
        return diff(await self.policy(), usable(text))


class PathPolicyInForce:
    """The path policy in force, at hand whenever something is decided: `start` once, then `follow` the log."""

    def __init__(self, policy: PathPolicy | None = None) -> None:
        self._take(load_path_policy() if policy is None else policy)

    async def start(self, policies: PathPolicies) -> None:
        """By all that is published so far."""
        self._take(await policies.policy())

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        for recorded in batch:
            if type(recorded.event) is PathPolicyPublished and recorded.event.version != self.policy.version:
                self._take(parse_path_policy(recorded.event.text))

    def at_first(self, declared: DeclaredStanding, now: datetime) -> Stands:
        """Where somebody stands of whom nothing is known but what was declared just now."""
        found = self._at_first.get(declared)
        if found is None:
            if len(self._at_first) >= KEPT_AT_FIRST:
                self._at_first.clear()
            found = standing(Facts(registered_at=now, declared=declared), self.policy, now)
            self._at_first[declared] = found
        return found

    def _take(self, policy: PathPolicy) -> None:
        self.policy = policy
        self.purposes = policy.purpose_table()
        self.declared_stands = frozenset(
            ("segment", *(name for name in type(policy.declared).model_fields if getattr(policy.declared, name)))
        )
        """What is so as soon as somebody declares it."""
        self._at_first: dict[DeclaredStanding, Stands] = {}


def usable(text: str) -> PathPolicy:
    """The policy of a text in which the checker finds no error. Raises PolicyError naming all of them."""
    return parse_path_policy(text, NAME)


def _published(event: PathPolicyPublished) -> Published:
    return Published(event.version, event.text, event.note)
