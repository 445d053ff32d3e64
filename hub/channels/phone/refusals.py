"""Calls that can't be taken: kept with all that is known of them, to be seen, and tried once more."""

import logging
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.link import Link
from hub.channels.phone.call import Call, Phase
from hub.channels.phone.entering import contact_of
from hub.channels.phone.limits import LONGEST_NUMBER
from hub.channels.phone.settings import PhoneSettings
from hub.domain.contact import Channel
from hub.domain.errors import HubError, InvalidError, NotFoundError
from hub.domain.refused_input import RefusedInput
from hub.ports import Clock

log = logging.getLogger(__name__)

RECORDING = "recording"
"""The field that is to blame where it is no call but a recording."""


class KnownCall(BaseModel):
    """All that there is of a call when nobody is on the line any more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    thread: str
    caller: str = ""
    dialled: str = ""
    service: str = ""
    entered: str = ""
    began: AwareDatetime


class KnownRecording(BaseModel):
    """One that stays in Asterisk, and what it is of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    thread: str
    interaction_id: str
    since: AwareDatetime
    seconds: int


class Refusals:
    """Told to the hub until it has them; whoever refuses does not wait for that."""

    def __init__(self, link: Link, attachments: Attachments, settings: PhoneSettings, clock: Clock) -> None:
        self._link = link
        self._attachments = attachments
        self._settings = settings
        self._clock = clock

    async def refuse(self, known: KnownCall, reason: str, field: str, instead_of: int = 0) -> None:
        """Have it kept; in place of what the hub set aside under this number, as a call that nobody could take up: its
        caller is gone."""
        log.warning("call %s can't be taken: %s", known.thread, reason)
        await self._tell(known.thread, known, reason, field, instead_of)

    async def leave(self, recording: KnownRecording, reason: str) -> None:
        """A recording that stays where Asterisk has it, until it can be taken once more."""
        log.warning("recording %s stays in Asterisk: %s", recording.name, reason)
        await self._tell(
            recording.name.removeprefix("talk-"), recording, f"a recording stays in Asterisk: {reason}", RECORDING
        )

    async def _tell(self, name: str, known: BaseModel, reason: str, field: str, instead_of: int = 0) -> None:
        try:
            raw = await self._attachments.put(known.model_dump_json().encode(), "application/json", "call.json")
            await self._link.refused(
                RefusedInput(
                    id=f"refused-{name}"[:200], channel=Channel.PHONE, reason=reason[:500] or "not taken",
                    field=field[:200], raw=raw, received_at=self._clock.now(), instead_of=instead_of,
                )
            )  # fmt: skip
        except HubError as error:
            log.error("%s could not be kept among what was refused: %s", name, error)

    async def recording(self, refused: RefusedInput) -> KnownRecording:
        """Which one was left. Raises InvalidError."""
        try:
            return KnownRecording.model_validate_json(await self._attachments.get(refused.raw.uri))
        except (NotFoundError, ValidationError) as error:
            raise InvalidError(f"what was kept names no recording: {error}", refused.field) from error

    async def once_more(self, refused: RefusedInput) -> Confirmation:
        """As if it came now. Nobody is on the line any more: whoever takes it up calls back. Raises InvalidError."""
        try:
            told = KnownCall.model_validate_json(await self._attachments.get(refused.raw.uri))
            call = Call(
                f"again-{told.thread}", Phase.OVER, caller=told.caller, dialled=told.dialled,
                service=told.service, entered=told.entered, since=told.began,
            )  # fmt: skip
            if len(told.caller) > LONGEST_NUMBER:
                raise InvalidError(f"no number has {len(told.caller)} characters", refused.field)
            contact = contact_of(call, self._settings)
        except NotFoundError as error:
            raise InvalidError(str(error), refused.field) from error
        except ValidationError as error:
            raise InvalidError(str(error.errors()[0]["msg"]), refused.field) from error
        return await self._link.contact(contact.model_copy(update={"subject": "Call that was refused before"}))


def known(call: Call, at: datetime) -> KnownCall:
    """What there is of this call."""
    return KnownCall(
        thread=call.thread, caller=call.caller, dialled=call.dialled, service=call.service, entered=call.entered,
        began=call.since or at,
    )  # fmt: skip
