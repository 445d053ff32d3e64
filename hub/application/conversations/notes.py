"""Internal notes: written in a conversation, kept with its customer, told to the agents they mention."""

from collections.abc import Sequence

from hub.application.conversations.messages import opened
from hub.application.deciding import append_once, history_of, meta_of, refuse_forgotten
from hub.domain.customer import notes
from hub.domain.errors import NotFoundError
from hub.ports import Append, Clock, Journal, Recorded


class Notes:
    """Commands on notes; each answers with the events it led to, none when it was so already."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def write(
        self, interaction_id: str, agent_id: str, text: str, mentions: Sequence[str],
        *, request_id: str, actor: str, command_id: str,
    ) -> list[Recorded]:  # fmt: skip
        """Raises NotFoundError where there is no such interaction, RefusedError where its customer was forgotten."""
        customer = (await opened(self._journal, interaction_id)).first.customer_id

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"customer {customer}")
            refuse_forgotten(history, customer)
            events = notes.write(
                [one.event for one in history], customer, interaction_id, agent_id, text, mentions,
                request_id=request_id, **meta_of(self._clock, actor, command_id),
            )  # fmt: skip
            return [Append(customer, version, events)]

        return await append_once(self._journal, command_id, customer, attempt)

    async def read(self, note: str, agent_id: str, *, actor: str, command_id: str) -> list[Recorded]:
        """The agent has read what mentions them. NotFoundError."""
        customer = notes.customer_of_note(note)
        if not customer:
            raise NotFoundError(f"there is no note {note}")

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"note {note}")
            events = notes.read(
                [one.event for one in history], note, agent_id, **meta_of(self._clock, actor, command_id)
            )
            return [Append(customer, version, events)]

        return await append_once(self._journal, command_id, customer, attempt)
