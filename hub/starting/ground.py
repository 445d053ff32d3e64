"""What every part of a hub stands on, once its log is open, its views are kept and the log is followed."""

from dataclasses import dataclass

from hub.api.instruments import Instruments
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.application.views.read_models import ReadModels
from hub.domain.customer.identity import Spell
from hub.domain.customer.normalise import speller
from hub.journal.generations import Generations
from hub.journal.journal import EventJournal
from hub.journal.personal_keys import PersonalKeys
from hub.journal.tail import LogTail
from hub.ports import Clock, Follower
from hub.settings import Settings
from hub.starting.work import Work


@dataclass(frozen=True, slots=True)
class Ground:
    """`key` is the installation's; `since`: the end of the log when this hub began to read it."""

    settings: Settings
    clock: Clock
    key: bytes
    journal: EventJournal
    personal_keys: PersonalKeys
    generations: Generations
    views: ReadModels
    tail: LogTail
    path_policies: PathPolicies
    path_policy: PathPolicyInForce
    instruments: Instruments
    since: int
    work: Work

    @property
    def spell(self) -> Spell:
        """How identifiers are written here."""
        return speller(self.settings.phone_region)

    def follow(self, after: int, follower: Follower) -> None:
        """Give the log to `follower` from behind a position on, until the hub stops."""
        self.work.follow(self.tail, after, follower)
