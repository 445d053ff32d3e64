"""Asking each Kamailio for all its calls, and what follows from those that it does not have."""

import asyncio
import logging
import math
import secrets
from dataclasses import dataclass, field
from time import monotonic

from hub.channels.kamailio.calls import Calls
from hub.channels.kamailio.edges import Edges
from hub.channels.kamailio.settings import KamailioSettings
from hub.channels.kamailio.wire import All, Order, Stands
from hub.channels.unreached import Unreached, kamailio

log = logging.getLogger(__name__)

_HERE_SECONDS = 2.0
"""How often Kamailio hears that there is an adapter: after ten seconds without, it takes no new calls for it."""
_SOON = 1.0
_SILENT_SECONDS = 15.0
"""More than the time between two questions: then somebody should look."""


@dataclass(slots=True, eq=False)
class _Question:
    nonce: str
    expected: set[str]
    """Calls that stood when it was asked."""
    heard: set[str] = field(default_factory=set)


class Asking:
    """Of several answers the one to the last question counts, and only if none of it was lost."""

    def __init__(self, edges: Edges, calls: Calls, settings: KamailioSettings, unreached: Unreached) -> None:
        self._edges = edges
        self._calls = calls
        self._settings = settings
        self._questions: dict[str, _Question] = {}
        self._answered = {edge: asyncio.Event() for edge in settings.edges}
        self._heard_at = dict.fromkeys(settings.edges, math.inf)
        self._silent = set[str]()
        self._reached = {edge: unreached.of(kamailio(edge)) for edge in settings.edges}

    async def run(self) -> None:
        """For ever: often until each has answered once."""
        spent = self._settings.check_seconds
        self._heard_at = dict.fromkeys(self._heard_at, monotonic())
        while True:
            everybody = all(event.is_set() for event in self._answered.values())
            spent += _HERE_SECONDS if everybody else _SOON
            for edge, answered in self._answered.items():
                self._edges.order(Order(edge, "here"))
                if spent >= self._settings.check_seconds or not answered.is_set():
                    self._ask(edge)
            spent = 0.0 if spent >= self._settings.check_seconds else spent
            self.tell_who_is_silent(monotonic())
            await asyncio.sleep(min(_HERE_SECONDS if everybody else _SOON, self._settings.check_seconds))

    def tell_who_is_silent(self, now: float) -> None:
        """Once, of each that says nothing for too long."""
        longest = self._settings.check_seconds + _SILENT_SECONDS
        for edge, heard_at in self._heard_at.items():
            if now - heard_at > longest and edge not in self._silent:
                self._silent.add(edge)
                self._reached[edge](False)
                log.warning(
                    "Kamailio %s does not answer: does it run, and do its local.cfg and we name one bus? "
                    "%d of its calls stand as far as is known",
                    edge, len(self._calls.of(edge)),
                )  # fmt: skip

    def heard(self, told: Stands | All) -> None:
        """What a Kamailio tells, news or answer."""
        if told.edge not in self._answered:
            log.warning("a Kamailio called %r speaks, and [kamailio] edges does not name it", told.edge)
            return
        self._heard_at[told.edge] = monotonic()
        question = self._questions.get(told.edge)
        if isinstance(told, Stands):
            if question is not None and told.nonce == question.nonce:
                question.heard.add(told.thread)
            self._calls.heard(told)
        elif question is not None and told.nonce == question.nonce:
            self._end(told, question)

    async def knows(self, edge: str) -> None:
        """Until that Kamailio has said once which calls it has. One that is not named has none."""
        if edge in self._answered:
            await self._answered[edge].wait()

    def _ask(self, edge: str) -> None:
        question = self._questions[edge] = _Question(secrets.token_hex(6), set(self._calls.of(edge)))
        self._edges.order(Order(edge, "tell", question.nonce))

    def _end(self, told: All, question: _Question) -> None:
        del self._questions[told.edge]
        if len(question.heard) != told.count:
            log.warning("Kamailio %s has %d calls, and told %d", told.edge, told.count, len(question.heard))
            return
        if told.edge in self._silent:
            self._silent.discard(told.edge)
            self._reached[told.edge](True)
            log.warning("Kamailio %s answers again: %d stand", told.edge, told.count)
        for thread in question.expected - question.heard:
            self._calls.lost(thread, told.run)
        if not self._answered[told.edge].is_set():
            log.info("takes calls of Kamailio %s; %d stand", told.edge, told.count)
            self._answered[told.edge].set()
