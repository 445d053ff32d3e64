"""What calls report to the hub, until the hub has it: contacts, signals, recordings."""

import asyncio
import logging
from datetime import datetime

from pydantic import ValidationError

from hub.channels.attachments import Attachments, TooLargeError
from hub.channels.ledger import Ledger
from hub.channels.link import Link
from hub.channels.phone.actions import Keep, Remember, Request, Signal
from hub.channels.phone.ari import Ari
from hub.channels.phone.call import Call
from hub.channels.phone.entering import contact_of
from hub.channels.phone.happenings import Confirmed, Happening, Kept
from hub.channels.phone.refusals import Refusals, known
from hub.channels.phone.settings import PhoneSettings
from hub.domain.contact import Attachment, Channel, Contact, ConversationEvent
from hub.domain.errors import HubError, NotFoundError
from hub.ports import Clock

log = logging.getLogger(__name__)

_PAUSE = 5.0


class Reports:
    """Each returns only when the hub knows."""

    def __init__(
        self,
        link: Link,
        pbx: Ari,
        attachments: Attachments,
        ledger: Ledger,
        refusals: Refusals,
        settings: PhoneSettings,
        clock: Clock,
    ) -> None:
        self._link = link
        self._pbx = pbx
        self._attachments = attachments
        self._ledger = ledger
        self._refusals = refusals
        self._settings = settings
        self._clock = clock

    async def contact(self, contact: Contact, call: Call) -> Happening:
        """A call."""
        answer = await self._link.contact(contact)
        if answer.status != "accepted":
            why = f"the hub: {answer.reason}"
            await self._refusals.refuse(known(call, self._clock.now()), why, answer.field, answer.set_aside)
        return Confirmed(self._clock.now(), "", answer.status == "accepted")

    def remember(self, known: Remember) -> None:
        """For when the PBX's record of it is read."""
        self._ledger.note(known_to_the_hub(known.thread), self._clock.now())

    async def signal(self, signal: Signal) -> Happening:
        """Something that happened in one."""
        accepted = False
        event = _event(signal)
        if event is not None:
            self._note(signal)
            answer = await self._link.conversation(event)
            accepted = answer.status == "accepted"
            if not accepted:
                log.info("%s of call %s: %s", signal.signal, signal.thread, answer.reason)
        return Confirmed(self._clock.now(), signal.signal, accepted, str(signal.details.get("agent_id", "")))

    async def keep(self, keep: Keep, call: Call) -> Happening:
        """A recording: into the attachment store, to the hub, and off the PBX."""
        name = keep.recording.name
        while True:
            try:
                await self._keep(keep, call)
                return Kept(self._clock.now(), name)
            except (TooLargeError, NotFoundError) as error:
                log.error("recording %s is not kept: %s", name, error)
                return Kept(self._clock.now(), name)
            except HubError as error:
                log.warning("recording %s is kept later: %s", name, error)
                await asyncio.sleep(_PAUSE)

    async def _keep(self, keep: Keep, call: Call) -> None:
        name = keep.recording.name
        data = await self._pbx.file(f"/recordings/stored/{name}/file")
        stored = await self._attachments.put(data, "audio/wav", f"{name}.wav")
        if keep.kind == "voicemail":
            await self._link.contact(self._voicemail(call, stored, keep.recording.since))
        else:
            await self._recorded(keep, call, stored)
        await self._pbx.ask(Request("DELETE", f"/recordings/stored/{name}"))

    async def _recorded(self, keep: Keep, call: Call, stored: Attachment) -> None:
        event = {
            "id": f"{keep.recording.name}-recorded",
            "channel": Channel.PHONE,
            "thread": call.thread,
            "signal": "recorded",
            "occurred_at": self._clock.now(),
            "interaction_id": call.interaction_id,
            "attachment": stored,
            "started_at": keep.recording.since,
            "seconds": keep.recording.seconds,
            "kind": keep.kind,
        }
        answer = await self._link.conversation(ConversationEvent.model_validate(event))
        if answer.status != "accepted":
            log.error("the hub does not take recording %s: %s", keep.recording.name, answer.reason)

    def _voicemail(self, call: Call, stored: Attachment, at: datetime) -> Contact:
        """A contact of its own: the call was refused, this is work."""
        about = contact_of(call, self._settings)
        mail = self._settings.voicemail
        name = f"voicemail-{call.thread}"
        return about.model_copy(
            update={
                "id": name,
                "thread": name,
                "occurred_at": at,
                "service": (mail.service if mail else "") or about.service,
                "subject": "Voicemail",
                "attachments": (stored,),
            }
        )

    def _note(self, signal: Signal) -> None:
        """What became of a contact that the hub asked for."""
        contact_id = str(signal.details.get("contact_id", ""))
        if signal.signal == "sent":
            self._ledger.left(contact_id, signal.thread, signal.thread, signal.at)
        elif signal.signal == "failed":
            self._ledger.failed(contact_id, signal.at)


def _event(signal: Signal) -> ConversationEvent | None:
    told = {
        "id": signal.id,
        "channel": Channel.PHONE,
        "thread": signal.thread,
        "signal": signal.signal,
        "occurred_at": signal.at,
        **signal.details,
    }
    try:
        return ConversationEvent.model_validate(told)
    except ValidationError as error:
        log.error("%s of call %s can't be told: %s", signal.signal, signal.thread, error)
        return None


def known_to_the_hub(thread: str) -> str:
    """Under which the ledger knows that the hub was told of a call that the PBX took."""
    return f"reported {thread}"
