"""What operators ask about decisions on what is said to customers, beside a hub, running or not."""

from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

import orjson

from hub.application.paths.answering import Answer, PathAnswers
from hub.application.paths.decisions import stream_of_decision
from hub.application.paths.rechecking import Rechecked, recheck
from hub.application.paths.whole import Wholes
from hub.application.policies.paths import PathPolicies
from hub.clock import WallClock
from hub.domain.customer.consent.point import contact_point
from hub.domain.errors import HubError, InvalidError, NotFoundError
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import generations
from hub.operations.beside import with_journal
from hub.operations.readings import trace_reading
from hub.settings import Settings

T = TypeVar("T")


def path_answer(settings: Settings, what: str, **about: Any) -> Answer:
    """See `PathAnswers.ask`; that an operator was shown a customer is on record before. Raises HubError."""

    async def ask(answers: PathAnswers, journal: EventJournal, clock: WallClock) -> Answer:
        told = await answers.ask(what, **about)
        customer = about.get("customer") or stream_of_decision(about.get("decision", ""))
        if customer:
            await trace_reading(journal, clock, customer, f"paths {what.replace('_', '-')}")
        return told

    return _with_answers(settings, ask)


def path_answer_for_hub(settings: Settings, asked: bytes) -> bytes:
    """The same for a hub, which writes down itself who reads: `asked` and the answer as JSON; an error is one."""
    try:
        question = orjson.loads(asked)
        told = _with_answers(settings, lambda answers, *_: answers.ask(**question))
    except HubError as error:
        field = error.field if isinstance(error, InvalidError) else ""
        told = {"error": {"kind": type(error).__name__, "message": str(error), "field": field}}
    return orjson.dumps(told, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def check_path_decisions(settings: Settings, after: int = 0, upto: int | None = None) -> Rechecked:
    """Take every decision of the log in (after, upto] again."""
    return _with_answers(settings, lambda answers, *_: recheck(answers.explaining, after, upto))


def _with_answers(settings: Settings, ask: Callable[[PathAnswers, EventJournal, WallClock], Awaitable[T]]) -> T:
    """The store is opened as it is."""
    if not settings.is_postgres and not settings.sqlite_path.exists():
        raise NotFoundError(f"there is no event store in {settings.data_dir} yet: it is made at the first start")

    async def run(journal: EventJournal, clock: WallClock) -> T:
        key = installation_key(settings)
        with closing(generations(settings)) as known:
            answers = PathAnswers(
                journal, Wholes(journal, key, known.lineage), PathPolicies(journal, clock), partial(contact_point, key)
            )
            return await ask(answers, journal, clock)

    return with_journal(settings, run)
