"""Starts what takes contacts and reports of conversations in, from the bus and over HTTP."""

from collections.abc import Sequence

from hub.application.conversations.files import ContactFiles
from hub.application.conversations.transcripts import Transcripts
from hub.application.customers.consent_watch import consent_watch
from hub.application.customers.consents import Consents
from hub.application.intake.appointments import Appointments
from hub.application.intake.envelope import Confirmation, check
from hub.application.intake.inbound import InboundHandler
from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.intake.recordings import Recordings
from hub.application.intake.signals import InboundSignals
from hub.application.intake.verification import Verifications
from hub.application.intake.visits import Visits
from hub.application.intake.wishes import CustomerWishes
from hub.application.linking.identity import Identity
from hub.application.paths.parts import PathParts
from hub.application.privacy.forgetting import Forgetting
from hub.application.satisfaction.reach import Reaching
from hub.application.satisfaction.surveys import Satisfaction
from hub.bus.connection import Connection, connect
from hub.bus.inbound import Inbound
from hub.bus.inbound_message import InboundMessage
from hub.bus.rejected import RejectedContacts
from hub.bus.server import bus_server
from hub.bus.subjects import ensure_streams
from hub.channels.running import attachments
from hub.domain.contact import Contact, ConversationEvent
from hub.projections.customers import forgotten
from hub.router.pool.owner import Pool
from hub.starting.ground import Ground


class Intake:
    """What `start_intake` has put together."""

    def __init__(self, ground: Ground, pool: Pool, paths: PathParts, bus: Connection, nats_url: str) -> None:
        settings, journal, clock = ground.settings, ground.journal, ground.clock
        self.bus, self.nats_url = bus, nats_url
        self.rejected = RejectedContacts(bus, replicas=settings.nats_replicas)
        self.recorder = ContactRecorder(
            journal,
            clock,
            ground.key,
            renewed=ground.generations.renewed,
            policy=ground.path_policy,
            region=settings.phone_region,
        )
        self.forgetting = Forgetting(journal, clock, ground.personal_keys, self.recorder.forget)
        self.consents = Consents(
            journal,
            clock,
            ground.key,
            lineage=ground.generations.lineage,
            purposes=lambda: ground.path_policy.purposes,
            spell=ground.spell,
        )
        reaching = Reaching(self.consents, ground.path_policies)
        self.satisfaction = Satisfaction(journal, clock, paths.wholes, reaching, ground.instruments.survey)
        files = attachments(settings)
        self.files = ContactFiles(journal, files, settings.refused_files)
        self.recordings = Recordings(journal, clock, files, agents_may=settings.agents_hear_recordings)
        self._signals = InboundSignals(
            pool,
            journal,
            clock,
            self.satisfaction,
            paths.reports,
            self.recordings,
            self.consents,
            _wishes(ground, paths, self.consents),
        )
        self._handler = InboundHandler(self.recorder, pool, self._signals, self._set_aside)
        self._clock, self._instruments = clock, ground.instruments

    async def submit(self, contact: Contact, actor: str) -> Confirmation:
        """A contact that came over HTTP: answers after its commit, raises HubError when it is refused."""
        check(contact)
        [outcome] = await self.recorder.record([(contact, actor)])
        if not isinstance(outcome, Receipt):
            raise outcome
        return Confirmation(
            id=contact.id, status="accepted", customer_id=outcome.customer_id, duplicate=outcome.duplicate
        )

    async def signal(self, event: ConversationEvent) -> Confirmation:
        """A report of a running conversation that came over HTTP: told as the bus would, raises HubError when it is
        refused."""
        check(event)
        return await self._signals(event)

    async def on_messages(self, messages: Sequence[InboundMessage]) -> list[bytes | None]:
        """What came over the bus; what is answered to each."""
        return [None if answer is None else answer.to_bytes() for answer in await self._handler(messages)]

    async def _set_aside(self, subject: str, body: bytes, reason: str, field: str, instead_of: int = 0) -> int:
        number = await self.rejected.put(subject, body, reason, field, self._clock.now(), instead_of=instead_of)
        self._instruments.rejected += 1
        return number


def _wishes(ground: Ground, paths: PathParts, consents: Consents) -> CustomerWishes:
    journal, clock = ground.journal, ground.clock
    identity = Identity(journal, clock, ground.key, ground.views)
    return CustomerWishes(
        consents,
        Verifications(journal, clock, ground.key, consents, paths.contacts, identity),
        Transcripts(journal, consents, paths.contacts, ground.path_policies),
        Appointments(journal, clock, paths, paths.contacts, ground.spell),
        Visits(journal, clock),
    )


async def start_intake(ground: Ground, pool: Pool, paths: PathParts) -> Intake:
    """The bus, then whatever it held for us."""
    settings, work = ground.settings, ground.work
    server = bus_server(settings.nats_url, settings.data_dir / "nats", sync_always=settings.nats_sync_always)
    nats_url = await work.parts.enter_async_context(server)
    bus = await connect(nats_url, "hub")
    work.when_stopping(bus.close)
    await ensure_streams(bus.jetstream(), settings.nats_replicas)
    intake = Intake(ground, pool, paths, bus, nats_url)
    ground.follow(ground.since, intake.recorder.follow)
    await intake.forgetting.finish(await ground.views.read(forgotten))
    ground.follow(ground.since, intake.forgetting.follow)
    expiry = consent_watch(intake.consents, ground.clock, ground.views)
    ground.follow(ground.since, expiry.follow)
    work.spawn(expiry.run(), "consents")
    inbound = Inbound(bus, intake.on_messages, batch=settings.intake_batch, replicas=settings.nats_replicas)
    work.spawn(inbound.run(), "intake")
    work.when_stopping(inbound.stop)
    return intake
