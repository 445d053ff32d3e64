"""Starts the contact path manager: what it decides by, who follows the log for it, and the process that decides beside
it what agents may say."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.application.paths.actions_beside import ActionsBeside
from hub.application.paths.actions_watch import ActionsWatch
from hub.application.paths.answering_beside import PathAnswersBeside
from hub.application.paths.asked_beside import Drafted
from hub.application.paths.capacities import FreeAgents
from hub.application.paths.contacts_watch import contacts_watch
from hub.application.paths.grants_watch import GrantsWatch
from hub.application.paths.in_force import Responses
from hub.application.paths.parts import PathParts
from hub.projections.responses import PROJECTION as RESPONSES
from hub.projections.responses import response_table
from hub.projections.runner import position_of
from hub.starting.ground import Ground


@dataclass(frozen=True, slots=True)
class Commands:
    """Of the children: who answers what people ask of decisions that are over, and who decides what agents may say."""

    answers: Sequence[str]
    actions: Sequence[str]


async def start_paths(ground: Ground, commands: Commands, agents: FreeAgents) -> tuple[PathParts, ActionsBeside]:
    """What is proposed to customers is decided on the whole log so far, and goes on with it."""
    views, journal, clock, work = ground.views, ground.journal, ground.clock, ground.work
    seen, table = await views.read(lambda views: (position_of(views, RESPONSES.name), response_table(views)))
    parts = PathParts(
        journal,
        clock,
        ground.key,
        in_force=ground.path_policy,
        responses=Responses(table, seen),
        answers=PathAnswersBeside(commands.answers, ground.settings.environment()),
        lineage=ground.generations.lineage,
        spell=ground.spell,
        agents=agents,
    )
    await parts.capacities.start()
    grants = GrantsWatch(parts.settling, clock, views, seen)
    contacts = contacts_watch(parts.contacts, clock, views)
    actions, beside = _actions(ground, parts, commands.actions)
    after = actions.start(await journal.head())
    work.when_stopping(beside.stop)
    work.parts.callback(actions.keep)
    for follower in (*parts.followers, grants.follow):
        ground.follow(seen, follower)
    ground.follow(ground.since, contacts.follow)
    ground.follow(after, actions.follow)
    work.spawn(grants.run(), "grants")
    work.spawn(contacts.run(), "contacts to be made")
    work.spawn(actions.run(), "actions")
    return parts, beside


def _actions(ground: Ground, parts: PathParts, command: Sequence[str]) -> tuple[ActionsWatch, ActionsBeside]:
    """What agents may say: what is due is asked of the process beside, what it decided is written here."""

    def drafted(some: Sequence[Drafted]) -> None:
        watch.drafted(some)

    def begun() -> None:
        watch.ask_again()

    settings, journal, clock = ground.settings, ground.journal, ground.clock
    decode = journal.store.codec.decode
    beside = ActionsBeside(command, settings.environment(), clock, decode, drafted, begun)
    file = settings.data_dir / "actions.json"
    watch = ActionsWatch(journal, clock, parts.actions, beside, file, ground.instruments.actions_there)
    ground.instruments.actions = watch
    return watch, beside
