"""Where contacts wait that could not be taken in: seen, corrected at their cause, and put back."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nats.errors import Error as NatsError
from nats.js.api import Header, RawStreamMsg
from nats.js.errors import NotFoundError as NoMessageError

from hub.bus.connection import BusError, Connection
from hub.bus.retries import try_again
from hub.bus.subjects import (
    CONTACTS_IN,
    CONTACTS_REJECTED,
    FIELD,
    REASON,
    REFUSED_IN,
    REJECTED,
    REJECTED_AT,
    SUBJECT,
    described,
    ensure_streams,
    is_inbound,
)
from hub.domain.errors import NotFoundError

_LONGEST_REASON = 500


class StillRefusedError(BusError):
    """What its adapter refused, and does not take in now either."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that was set aside. `sequence` is the number it is put back by, `body` the bytes as they came,
    `rejected_at` RFC 3339."""

    sequence: int
    subject: str
    reason: str
    field: str
    rejected_at: str
    body: bytes

    @property
    def is_refused(self) -> bool:
        """Whether its adapter could not take it in: then `body` tells of it, and where its bytes are."""
        return self.subject.startswith(f"{REFUSED_IN}.")


class RejectedContacts:
    """The stream REJECTED. Every method raises BusError when NATS does not do its part."""

    def __init__(self, connection: Connection, *, replicas: int = 1) -> None:
        self._connection = connection
        self._replicas = replicas

    async def put(
        self, subject: str, body: bytes, reason: str, field: str, at: datetime, *, instead_of: int = 0
    ) -> int:
        """Keep a message that came on `subject`; its sequence, when JetStream has it. `instead_of`: once it is kept,
        that contact of the same channel is gone, which an adapter keeps in its own way."""
        headers = {
            SUBJECT: subject,
            REASON: _one_line(reason)[:_LONGEST_REASON],
            FIELD: _one_line(field)[:_LONGEST_REASON],
            REJECTED_AT: at.isoformat(),
        }
        if subject.startswith(f"{REFUSED_IN}."):  # reported until it is confirmed, and kept once
            headers[Header.MSG_ID.value] = hashlib.sha256(body).hexdigest()
        js = self._connection.jetstream()
        try:
            kept = await js.publish(CONTACTS_REJECTED, body, stream=REJECTED, headers=headers)
        except (NatsError, TimeoutError) as error:
            raise BusError(f"a rejected message could not be set aside: {described(error)}") from error
        if instead_of:
            await self._replaced(instead_of, subject)
        return kept.seq

    async def _replaced(self, sequence: int, subject: str) -> None:
        """Gone, if it is a contact of the adapter that reports on `subject`: nobody removes what is another's."""
        if await self._is_contact_of(sequence, subject):
            await self._delete(sequence)

    async def _is_contact_of(self, sequence: int, subject: str) -> bool:
        try:
            one = await self.get(sequence)
        except NotFoundError:
            return False
        return one.subject.startswith(f"{CONTACTS_IN}.{subject.removeprefix(f'{REFUSED_IN}.')}.")

    async def _delete(self, sequence: int) -> None:
        try:
            await self._connection.jetstream().delete_msg(REJECTED, sequence)
        except (NatsError, TimeoutError) as error:
            raise BusError(f"rejected message {sequence} could not be removed: {described(error)}") from error

    async def count(self) -> int:
        """How many there are."""
        return (await self._range())[1]

    async def list(self, limit: int = 100, after: int = 0) -> "list[Rejected]":
        """Up to `limit` of them, oldest first, from the first one behind sequence `after`."""
        found: list[Rejected] = []
        if limit > 0 and await self.count():
            async for rejected in self._read(after):
                found.append(rejected)
                if len(found) == limit:
                    break
        return found

    async def retry(self, which: int | Literal["all"]) -> int:
        """Put one back by its sequence, or all there are now: on its own subject, to be taken in again as if it came
        today, and gone from here once it is there. What an adapter refused is gone once the adapter has taken it in,
        or the hub has set aside what was made of it.
        How many; NotFoundError if there is no such one, BusError where it can't be put back: of all, none of those that
        adapters refuse again stops the others."""
        last = (await self._range())[0]
        if which != "all":
            await self._put_back(await self.get(which))
            return 1
        done, stayed = 0, ""
        async for rejected in self._read(0):
            if rejected.sequence > last:
                break
            try:
                await self._put_back(rejected)
                done += 1
            except StillRefusedError as error:
                stayed = stayed or str(error)
        if stayed and not done:
            raise StillRefusedError(stayed)
        return done

    async def put_back(self, sequence: int) -> None:
        """As `retry` of one."""
        await self._put_back(await self.get(sequence))

    async def put_back_mended(self, rejected: Rejected, subject: str, body: bytes) -> None:
        """This instead of it, to be taken in as if it came now; it is gone from here once that is there."""
        try:
            await self._connection.jetstream().publish(subject, body)
        except (NatsError, TimeoutError) as error:
            raise BusError(f"rejected message {rejected.sequence} could not be put back: {described(error)}") from error
        await self._delete(rejected.sequence)

    async def dismiss(self, sequence: int) -> None:
        """It is gone, so that no byte of it is left."""
        await self._delete(sequence)

    async def drop(self, before: datetime, *, pretend: bool = False) -> int:
        """Remove those that were set aside before then, so that no byte of them is left; how many. `pretend`: count
        them only."""
        dropped = 0
        if not await self.count():
            return 0
        async for rejected in self._read(0):
            if not rejected.rejected_at or datetime.fromisoformat(rejected.rejected_at) >= before:
                continue
            dropped += 1
            if not pretend:
                await self._delete(rejected.sequence)
        return dropped

    async def _put_back(self, rejected: Rejected) -> None:
        if not is_inbound(rejected.subject):
            raise BusError(f"rejected message {rejected.sequence} did not come from an adapter: it can't be put back")
        js = self._connection.jetstream()
        if rejected.is_refused:
            await self._taken_in(rejected)
        try:
            if not rejected.is_refused:
                await js.publish(rejected.subject, rejected.body)
            await js.delete_msg(REJECTED, rejected.sequence)
        except (NatsError, TimeoutError) as error:
            raise BusError(f"rejected message {rejected.sequence} could not be put back: {described(error)}") from error

    async def _taken_in(self, rejected: Rejected) -> None:
        """By its adapter, which has the bytes."""
        channel = rejected.subject.removeprefix(f"{REFUSED_IN}.")
        try:
            told = json.loads(await try_again(self._connection, channel, rejected.body))
            status, reason, number = told["status"], told.get("reason", ""), int(told.get("set_aside", 0))
        except (ValueError, KeyError, TypeError, AttributeError):
            status, reason, number = "", "its adapter gave no confirmation", 0
        except BusError as error:
            raise StillRefusedError(f"rejected message {rejected.sequence} stays: {error}") from error
        if status != "accepted" and number and await self._is_contact_of(number, rejected.subject):
            await self._delete(rejected.sequence)
            raise StillRefusedError(f"rejected message {rejected.sequence} is {number} from now on: {reason}")
        if status != "accepted":
            raise StillRefusedError(f"rejected message {rejected.sequence} is refused again: {reason}")

    async def _read(self, after: int) -> AsyncIterator[Rejected]:
        js = self._connection.jetstream()
        while True:
            try:
                raw = await js.get_msg(REJECTED, seq=after + 1, subject=CONTACTS_REJECTED, next=True, direct=True)
            except NoMessageError:
                return
            except (NatsError, TimeoutError) as error:
                raise BusError(f"rejected messages can't be read: {described(error)}") from error
            rejected = _rejected(raw)
            after = rejected.sequence
            yield rejected

    async def get(self, sequence: int) -> Rejected:
        """One of them. Raises NotFoundError."""
        js = self._connection.jetstream()
        try:
            return _rejected(await js.get_msg(REJECTED, seq=sequence, direct=True))
        except NoMessageError:
            raise NotFoundError(f"there is no rejected message {sequence}: `hub rejected` lists them") from None
        except (NatsError, TimeoutError) as error:
            raise BusError(f"rejected message {sequence} can't be read: {described(error)}") from error

    async def _range(self) -> tuple[int, int]:
        """The last sequence, and how many there are."""
        js = self._connection.jetstream()
        try:
            try:
                state = (await js.stream_info(REJECTED)).state
            except NoMessageError:
                await ensure_streams(js, self._replicas)
                state = (await js.stream_info(REJECTED)).state
        except (NatsError, TimeoutError) as error:
            raise BusError(f"the rejected messages can't be counted: {described(error)}") from error
        return state.last_seq, state.messages


def _rejected(raw: RawStreamMsg) -> Rejected:
    headers = raw.headers or {}
    return Rejected(
        sequence=raw.seq or 0,
        subject=headers.get(SUBJECT, ""),
        reason=headers.get(REASON, ""),
        field=headers.get(FIELD, ""),
        rejected_at=headers.get(REJECTED_AT, ""),
        body=raw.data or b"",
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
