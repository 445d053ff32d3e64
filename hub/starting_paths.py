"""Puts the contact path manager of a hub together: what it decides by, who follows the log for it, and the process that
decides beside it what agents may say."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from hub.api.instruments import Instruments
from hub.application.consents import Lineage
from hub.application.path_policies import PathPolicyInForce
from hub.application.paths.actions_beside import ActionsBeside
from hub.application.paths.actions_watch import ActionsWatch
from hub.application.paths.answering_beside import PathAnswersBeside
from hub.application.paths.asked_beside import Drafted
from hub.application.paths.capacities import FreeAgents
from hub.application.paths.contacts_watch import contacts_watch
from hub.application.paths.grants_watch import GrantsWatch
from hub.application.paths.in_force import Responses
from hub.application.paths.parts import PathParts
from hub.application.read_models import ReadModels
from hub.domain.customer.normalise import speller
from hub.journal.journal import EventJournal
from hub.ports import Clock, Follower
from hub.projections.responses import PROJECTION as RESPONSES
from hub.projections.responses import response_table
from hub.projections.runner import position_of
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Commands:
    """Of the children: who answers what people ask of decisions that are over, and who decides what agents may say."""

    answers: Sequence[str]
    actions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Around:
    """What it stands on."""

    settings: Settings
    journal: EventJournal
    clock: Clock
    key: bytes
    in_force: PathPolicyInForce
    lineage: Lineage
    views: ReadModels
    agents: FreeAgents
    instruments: Instruments


@dataclass(frozen=True, slots=True)
class PathsAtWork:
    """`following`: who is given the log from which position on; `working`: what goes on beside it, by name."""

    parts: PathParts
    actions: ActionsWatch
    beside: ActionsBeside
    following: Sequence[tuple[int, Follower]]
    working: Sequence[tuple[str, Callable[[], Coroutine[Any, Any, None]]]]


async def start_paths(around: Around, commands: Commands, since: int) -> PathsAtWork:
    """What is proposed to customers is decided on the whole log so far, and goes on with it. `since`: what happened up
    to there the views know."""
    views, journal, clock = around.views, around.journal, around.clock
    seen, table = await views.read(lambda views: (position_of(views, RESPONSES.name), response_table(views)))
    parts = PathParts(
        journal,
        clock,
        around.key,
        in_force=around.in_force,
        responses=Responses(table, seen),
        answers=PathAnswersBeside(commands.answers, around.settings.environment()),
        lineage=around.lineage,
        spell=speller(around.settings.phone_region),
        agents=around.agents,
    )
    await parts.capacities.start()
    grants = GrantsWatch(parts.settling, clock, views, seen)
    contacts = contacts_watch(parts.contacts, clock, views)
    actions, beside = _actions(around, parts, commands.actions)
    after = actions.start(await journal.head())
    return PathsAtWork(
        parts,
        actions,
        beside,
        [
            *((seen, follower) for follower in (*parts.followers, grants.follow)),
            (since, contacts.follow),
            (after, actions.follow),
        ],
        [("grants", grants.run), ("contacts to be made", contacts.run), ("actions", actions.run)],
    )


def _actions(around: Around, parts: PathParts, command: Sequence[str]) -> tuple[ActionsWatch, ActionsBeside]:
    """What agents may say: what is due is asked of the process beside, what it decided is written here."""

    def drafted(some: Sequence[Drafted]) -> None:
        watch.drafted(some)

    def begun() -> None:
        watch.ask_again()

    settings, journal, clock = around.settings, around.journal, around.clock
    decode = journal.store.codec.decode
    beside = ActionsBeside(command, settings.environment(), clock, decode, drafted, begun)
    file = settings.data_dir / "actions.json"
    watch = ActionsWatch(journal, clock, parts.actions, beside, file, around.instruments.actions_there)
    around.instruments.actions = watch
    return watch, beside
