"""Starts the HTTP API, and what is asked over the bus as it is asked there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hub.api.app import create_app
from hub.api.board import keep_board
from hub.api.feed import Feed
from hub.api.instruments import Instruments
from hub.api.path_questions import PathQuestionsAnswered
from hub.api.server import ApiServer
from hub.api.services import Readiness, Services, Signs
from hub.application.access.keys import KeyRing
from hub.application.access.session_watch import watch_sessions
from hub.application.access.staffing import Staffing
from hub.application.agents.phones import AgentPhones
from hub.application.cases.lists import CaseLists
from hub.application.conversations.canned_answers import CannedAnswers
from hub.application.conversations.drafts import AgentDrafts
from hub.application.conversations.notes import Notes
from hub.application.customers.accounts import Accounts
from hub.application.customers.commands import Customers
from hub.application.customers.profiles import Profiles
from hub.application.customers.purchases import CustomerPurchases
from hub.application.dossier.dossiers import Dossiers
from hub.application.explaining.explainer import Explainer
from hub.application.explaining.named_decisions import NamedDecisions
from hub.application.export.export import Exports
from hub.application.intake.rejected import RejectedContacts
from hub.application.linking.duplicate_list import DuplicateList, search_beside
from hub.application.linking.identity import Identity
from hub.application.paths.parts import PathParts
from hub.application.policies.routing import Policies
from hub.application.privacy.readings import ReadingList, Readings, by_views
from hub.application.views.board import Board, Lines
from hub.application.views.channel_health import Channels, ChannelTraffic
from hub.bus.adapter_states import AdapterStates
from hub.bus.path_questions import PathQuestions
from hub.bus.users import ADAPTERS
from hub.channels.running import attachments, channel_tables
from hub.clock import WallClock
from hub.journal.drafts import Drafts
from hub.router.pool.owner import Pool
from hub.settings import Settings, SettingsError
from hub.starting.beside_store import beside
from hub.starting.ground import Ground
from hub.starting.intake import Intake
from hub.starting.watches import Watches


@dataclass(frozen=True, slots=True)
class Behind:
    """What the API stands on, beside the ground."""

    intake: Intake
    watches: Watches
    pool: Pool
    paths: PathParts
    policies: Policies
    feed: Feed
    keys: KeyRing
    staff: Staffing
    signs: Signs
    readiness: Readiness
    explain: Sequence[str]
    """The command that explains an interaction."""
    duplicates: Sequence[str]
    """The command that searches the log for customers who are in the books twice."""


async def start_api(ground: Ground, behind: Behind) -> ApiServer:
    """It answers when this returns."""
    services = _services(ground, behind)
    await services.drafts.sweep()
    questions = PathQuestions(behind.intake.bus, PathQuestionsAnswered(services))
    await questions.start()
    ground.work.when_stopping(questions.stop)
    ground.work.spawn(keep_board(services.board, behind.feed), "wallboard")
    ground.work.spawn(watch_sessions(behind.staff.sessions, ground.clock), "sessions")
    api = ApiServer(create_app(services), ground.settings.api_host, ground.settings.api_port)
    await api.start()
    ground.work.when_stopping(api.stop)
    return api


def _services(ground: Ground, behind: Behind) -> Services:
    journal, clock, key, views, spell = ground.journal, ground.clock, ground.key, ground.views, ground.spell
    environment = ground.settings.environment()
    dossiers = Dossiers(journal, clock, key, ground.path_policies, views, ground.generations.lineage, spell)
    duplicates = DuplicateList(journal, clock, views, spell, search_beside(behind.duplicates, environment))
    ground.work.when_stopping(duplicates.close)
    rejects = RejectedContacts(behind.intake.rejected, journal, clock, attachments(ground.settings).get)
    return Services(
        intake=behind.intake,
        pool=behind.pool,
        customers=Customers(journal, clock),
        forgetting=behind.intake.forgetting,
        identity=Identity(journal, clock, key, views),
        duplicates=duplicates,
        views=views,
        journal=journal,
        feed=behind.feed,
        keys=behind.keys,
        staff=behind.staff,
        clock=clock,
        instruments=ground.instruments,
        readiness=behind.readiness,
        presence=behind.watches.presence,
        signs=behind.signs,
        policies=behind.policies,
        path_policies=ground.path_policies,
        paths=behind.paths,
        readings=Readings(journal, clock, by_views(views)),
        reading_list=ReadingList(views),
        rejects=rejects,
        channels=_channels(ground, behind, rejects),
        time_zone=lambda: behind.pool.policy.time_zone,
        board=Board(views, clock, partial(_lines, behind.pool), partial(behind.feed.visible, True)),
        purchases=CustomerPurchases(journal, clock),
        profiles=Profiles(journal, clock, ground.path_policies, spell),
        spell=spell,
        consents=behind.intake.consents,
        notes=Notes(journal, clock),
        callbacks=behind.watches.callbacks,
        canned_answers=CannedAnswers(journal, clock),
        drafts=_drafts(ground),
        phone_region=ground.settings.phone_region,
        accounts=Accounts(journal, clock, key),
        cases=behind.watches.cases,
        case_lists=CaseLists(views, journal, clock),
        dossiers=dossiers,
        recordings=behind.intake.recordings,
        files=behind.intake.files,
        exports=Exports(journal, clock, key, dossiers, views),
        satisfaction=behind.intake.satisfaction,
        decisions=NamedDecisions(Explainer(journal, behind.explain, environment), views),
        phones=_phones(ground.settings.phones),
        pages=ground.settings.pages,
    )


def _channels(ground: Ground, behind: Behind, rejects: RejectedContacts) -> Channels:
    traffic = ChannelTraffic()
    ground.follow(ground.since, traffic.follow)
    return Channels(
        {user.name: user.channel for user in ADAPTERS},
        AdapterStates(behind.intake.bus),
        traffic,
        rejects,
        partial(_set_up, ground.settings),
        partial(_inside, ground.instruments),
        WallClock(),
    )


def _inside(instruments: Instruments) -> Mapping[str, str]:
    return instruments.adapters()


def _set_up(settings: Settings) -> Collection[str]:
    """Adapters that have a table; none where the file can't be read: each of them says so itself."""
    try:
        return channel_tables(settings).keys()
    except SettingsError:
        return ()


def _lines(pool: Pool) -> Lines:
    policy = pool.policy
    return Lines(policy, {name: pool.estimate(name).estimated_wait_seconds for name in policy.queues})


def _drafts(ground: Ground) -> AgentDrafts:
    """Kept beside the store: in its database, or in a file."""
    table = Drafts(beside(ground.settings, "drafts"), ground.journal.store.codec)
    ground.work.when_stopping(table.close)
    return AgentDrafts(ground.journal, ground.clock, table)


def _phones(file: Path | None) -> AgentPhones:
    return AgentPhones(partial(file.read_text, "utf-8"), str(file)) if file else AgentPhones()
