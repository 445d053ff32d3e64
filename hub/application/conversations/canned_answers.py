"""Canned answers: read by agents, written by supervisors, and filled with what is so in a conversation."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

from hub.application.conversations.messages import opened
from hub.application.customers.names import names_of
from hub.application.deciding import append_once, meta_of
from hub.application.dossier.facts import facts_of
from hub.domain.canned import state as rules
from hub.domain.canned.dates import day_in, time_in
from hub.domain.canned.events import CANNED
from hub.domain.canned.state import CannedAnswer, Library
from hub.domain.canned.variables import used_in
from hub.domain.cases.events import CaseOpened
from hub.domain.cases.state import cases_at
from hub.domain.customer.events import IdentifierObserved
from hub.domain.customer.folding import fold
from hub.domain.errors import NotFoundError
from hub.ports import Append, Clock, Journal, Recorded


class Values(NamedTuple):
    """What the variables of a text are in a conversation, by name, and whose conversation it is."""

    customer_id: str
    by_name: Mapping[str, str]


class CannedAnswers:
    """What was read of them is kept until somebody writes."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._known = (0, rules.fold(()))

    async def library(self) -> Library:
        """All there are."""
        return (await self._current())[1]

    async def one(self, answer_id: str) -> CannedAnswer:
        """Raises NotFoundError."""
        found = (await self.library()).answers.get(answer_id)
        if found is None:
            raise NotFoundError(f"there is no canned answer {answer_id}")
        return found

    async def history(self, answer_id: str) -> list[Recorded]:
        """All that was ever done to it, oldest first. NotFoundError: there never was one."""
        said = (await self._journal.load([CANNED]))[CANNED]
        found = [one for one in said if getattr(one.event, "answer_id", "") == answer_id]
        if not found:
            raise NotFoundError(f"there is no canned answer {answer_id}")
        return found

    async def write(self, answer_id: str, *, actor: str, command_id: str, **told: Any) -> list[Recorded]:
        """As `write` of the domain."""

        async def attempt() -> list[Append]:
            version, library = await self._current()
            meta = meta_of(self._clock, actor, command_id)
            return [Append(CANNED, version, rules.write(library, answer_id, **told, **meta))]

        return await append_once(self._journal, command_id, CANNED, attempt)

    async def remove(
        self, answer_id: str, expected_version: int | None, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """As `remove` of the domain."""

        async def attempt() -> list[Append]:
            version, library = await self._current()
            meta = meta_of(self._clock, actor, command_id)
            return [Append(CANNED, version, rules.remove(library, answer_id, expected_version, **meta))]

        return await append_once(self._journal, command_id, CANNED, attempt)

    async def _current(self) -> tuple[int, Library]:
        last = await self._journal.last(CANNED)
        if last is not None and last.version != self._known[0]:
            said = (await self._journal.load([CANNED]))[CANNED]
            self._known = said[-1].version, rules.fold(one.event for one in said)
        return self._known

    async def values(self, text: str, interaction_id: str, language: str, agent_name: str, zone: tzinfo) -> Values:
        """What the variables of a text are in this conversation, by name; only what the text asks for is read. Raises
        NotFoundError where there is no such interaction."""
        asked = used_in(text)
        known = await opened(self._journal, interaction_id)
        now = self._clock.now().astimezone(zone)
        values = {
            "agent.name": agent_name,
            "queue.name": known.first.queue,
            "today": day_in(language, now.date()),
            "time": time_in(language, now.time()),
        }
        if any(name.startswith(("customer.", "case.")) for name in asked):
            values |= await self._of_customer(known.first.customer_id, interaction_id)
        return Values(known.first.customer_id, values)

    async def _of_customer(self, customer: str, interaction_id: str) -> dict[str, str]:
        facts = await facts_of(self._journal, customer)
        names = await names_of(self._journal, [customer])
        numbers = [
            one.value for one in facts.events if isinstance(one, IdentifierObserved) and one.kind == "customer_number"
        ]
        cases = [
            one for one in cases_at(facts.events, self._clock.now()).values() if interaction_id in one.interactions
        ]
        opening = {one.case_id: one.subject for one in facts.events if isinstance(one, CaseOpened)}
        return {
            "customer.name": names[customer],
            "customer.number": numbers[-1] if numbers and not facts.is_forgotten else "",
            "case.number": cases[-1].case_id if cases else "",
            "case.subject": opening.get(cases[-1].case_id, "") if cases else "",
        }


def chosen(answers: Sequence[CannedAnswer], language: str, folder: str, words: Sequence[str]) -> list[CannedAnswer]:
    """Those with a text in this language and in this folder or below it, that have all these words, folded as they are
    compared; by folder and title."""
    from_folder = [one for one in answers if not folder or f"{one.folder}/".startswith(f"{folder}/")]
    spoken = [one for one in from_folder if not language or text_in(one, language) is not None]
    found = [one for one in spoken if all(word in _searched(one) for word in words)]
    return sorted(found, key=lambda one: (one.folder, one.title, one.answer_id))


def text_in(one: CannedAnswer, language: str) -> tuple[str, str] | None:
    """Language and text: the one asked for, else one of the same language elsewhere; None: there is none."""
    main = language.partition("-")[0].lower()
    near = [tag for tag in one.texts if tag.partition("-")[0].lower() == main]
    tag = language if language in one.texts else next(iter(near), None)
    return None if tag is None else (tag, one.texts[tag])


def _searched(one: CannedAnswer) -> str:
    return fold("\n".join((one.answer_id, one.folder, one.title, *one.texts.values())))
