"""Recorded calls: put on record as their adapter reports them, found by their conversation, heard by who may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.application.deciding import append_decided, meta_of
from hub.domain.contact import Attachment, Channel, RecordingKind
from hub.domain.customer.recordings.events import ConversationRecorded
from hub.domain.customer.recordings.identity import customer_of_recording, recording_id
from hub.domain.errors import HubError, InvalidError, NotFoundError
from hub.domain.interaction.events import InteractionQueued, InteractionRefused, InteractionTransferred, OfferAccepted
from hub.ports import Append, Clock, Journal, Recorded


class UnheardError(HubError):
    """The store of recordings does not answer."""


class Files(Protocol):
    """Where sound lies."""

    async def get(self, uri: str) -> bytes:
        """Raises NotFoundError for a uri that is none, or whose bytes are gone."""
        ...


@dataclass(frozen=True, slots=True)
class Take:
    """What was recorded of a conversation."""

    interaction_id: str
    channel: Channel
    kind: RecordingKind
    started_at: datetime
    seconds: float
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class Takes:
    """All that was recorded of a conversation, in order."""

    customer_id: str
    recorded: Sequence[ConversationRecorded]


class Recordings:
    """`agents_may`: agents may hear what was recorded of conversations that they had; else supervisors alone."""

    def __init__(self, journal: Journal, clock: Clock, files: Files, *, agents_may: bool = False) -> None:
        self._journal = journal
        self._clock = clock
        self._files = files
        self._agents_may = agents_may

    async def note(self, take: Take, *, actor: str, command_id: str) -> list[Recorded]:
        """Put it on record; the same sound again is nothing new. Raises InvalidError for a conversation there is
        not."""
        customer = await self._customer_of(take.interaction_id)
        if not customer:
            raise InvalidError(f"there is no interaction {take.interaction_id!r}", "interaction_id")

        async def attempt() -> Sequence[Append]:
            known = await self._in_stream(customer)
            if any(one.attachment == take.attachment or one.causation == command_id for one in known):
                return []
            last = await self._journal.last(customer)
            event = ConversationRecorded(
                **meta_of(self._clock, actor, command_id), correlation=take.interaction_id,
                recording_id=recording_id(customer, len(known) + 1), channel=take.channel, kind=take.kind,
                started_at=take.started_at, seconds=take.seconds, attachment=take.attachment,
            )  # fmt: skip
            return [Append(customer, last.version if last else 0, [event])]

        return await append_decided(self._journal, attempt)

    async def of(self, interaction_id: str) -> Takes:
        """Raises NotFoundError for a conversation there is not."""
        customer = await self._customer_of(interaction_id)
        if not customer:
            raise NotFoundError(f"there is no interaction {interaction_id}")
        return Takes(customer, [one for one in await self._in_stream(customer) if one.correlation == interaction_id])

    async def find(self, recording: str) -> ConversationRecorded:
        """Raises NotFoundError."""
        customer = customer_of_recording(recording)
        known = await self._in_stream(customer) if customer else []
        found = next((one for one in known if one.recording_id == recording), None)
        if found is None:
            raise NotFoundError(f"there is no recording {recording}")
        return found

    async def may_hear(self, found: ConversationRecorded, agent_id: str) -> bool:
        """Whether an agent may: where the hub allows it, what was recorded of conversations they had."""
        if not self._agents_may or not agent_id:
            return False
        stream = found.correlation
        had = (await self._journal.load_only([stream], (OfferAccepted, InteractionTransferred)))[stream]
        return any(agent_id in (getattr(one.event, "to_agent", ""), getattr(one.event, "agent_id", "")) for one in had)

    async def sound(self, found: ConversationRecorded) -> bytes:
        """Raises NotFoundError for what is not kept any more, UnheardError where it can't be read now."""
        if found.attachment is None:
            raise NotFoundError(f"recording {found.recording_id} is not kept any more")
        try:
            return await self._files.get(found.attachment.uri)
        except NotFoundError:
            raise
        except HubError as error:
            raise UnheardError(f"recording {found.recording_id} can't be read now: {error}") from error

    async def _in_stream(self, customer: str) -> list[ConversationRecorded]:
        found = (await self._journal.load_only([customer], (ConversationRecorded,)))[customer]
        return [one.event for one in found if isinstance(one.event, ConversationRecorded)]

    async def _customer_of(self, interaction_id: str) -> str:
        """Empty: there is no such conversation."""
        if not interaction_id.startswith("interaction-"):
            return ""
        began = await self._journal.load_only([interaction_id], (InteractionQueued, InteractionRefused))
        first = next((one.event for one in began[interaction_id]), None)
        return first.customer_id if isinstance(first, InteractionQueued | InteractionRefused) else ""
