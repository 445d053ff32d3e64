"""What calls report to the hub, until the hub has it: contacts, signals, recordings."""

import asyncio
import logging
from datetime import datetime

from pydantic import ValidationError

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments, TooLargeError
from hub.channels.ledger import Ledger
from hub.channels.link import Link
from hub.channels.phone.actions import Keep, Remember, Request, Signal
from hub.channels.phone.ari import Ari, AriError
from hub.channels.phone.call import Call, Phase, Running
from hub.channels.phone.entering import contact_of
from hub.channels.phone.happenings import Confirmed, Happening, Kept
from hub.channels.phone.refusals import RECORDING, KnownRecording, Refusals, known
from hub.channels.phone.settings import PhoneSettings
from hub.domain.contact import Attachment, Channel, Contact, ConversationEvent
from hub.domain.errors import HubError, InvalidError, NotFoundError
from hub.domain.refused_input import RefusedInput
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
            except TooLargeError as error:
                await self._leave(keep, call, str(error))
                return Kept(self._clock.now(), name)
            except NotFoundError as error:
                log.error("recording %s is not kept: %s", name, error)
                return Kept(self._clock.now(), name)
            except HubError as error:
                log.warning("recording %s is kept later: %s", name, error)
                await asyncio.sleep(_PAUSE)

    async def _keep(self, keep: Keep, call: Call) -> Confirmation:
        name = keep.recording.name
        data = await self._pbx.file(f"/recordings/stored/{name}/file")
        stored = await self._attachments.put(data, "audio/wav", f"{name}.wav")
        if keep.kind == "voicemail":
            answer = await self._link.contact(self._voicemail(call, stored, keep.recording.since))
        else:
            answer = await self._recorded(keep, call, stored)
        await self._pbx.ask(Request("DELETE", f"/recordings/stored/{name}"))
        return answer

    async def _leave(self, keep: Keep, call: Call, reason: str) -> None:
        """It stays in Asterisk, which somebody has to know. A message is work, even where nobody can hear it here."""
        one = keep.recording
        if keep.kind == "voicemail":
            log.warning("message %s stays in Asterisk: %s", one.name, reason)
            mail = self._voicemail(call, None, one.since)
            subject = f"Voicemail that stays in the telephone system as {one.name}: {reason}"[:300]
            await self._link.contact(mail.model_copy(update={"subject": subject}))
            return
        known = KnownRecording(
            name=one.name, thread=call.thread, interaction_id=call.interaction_id, since=one.since, seconds=one.seconds
        )
        await self._refusals.leave(known, reason)

    async def once_more(self, refused: RefusedInput) -> Confirmation:
        """A call that was refused, or a recording that was left. Raises InvalidError."""
        if refused.field != RECORDING:
            return await self._refusals.once_more(refused)
        known = await self._refusals.recording(refused)
        keep = Keep(Running(known.name, known.since, known.seconds), "recording")
        call = Call(known.thread, Phase.OVER, interaction_id=known.interaction_id)
        try:
            return await self._keep(keep, call)
        except (NotFoundError, AriError) as error:
            raise InvalidError(str(error), RECORDING) from error

    async def _recorded(self, keep: Keep, call: Call, stored: Attachment) -> Confirmation:
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
        return answer

    def _voicemail(self, call: Call, stored: Attachment | None, at: datetime) -> Contact:
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
                "attachments": (stored,) if stored else (),
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
