"""Decides what a pool was asked, in order, and passes over from then on what broke it."""

import logging
from collections.abc import Sequence

from hub.domain.errors import ConflictError, HubError, InvalidError
from hub.router.pool.asked import Asked
from hub.router.pool.commands import TakeUp, Tick
from hub.router.pool.decide import handle
from hub.router.pool.figures import PoolFigures
from hub.router.pool.state import Decided, PoolState

log = logging.getLogger(__name__)

_BROKEN = "the hub broke off carrying this out, and passes over it now: its log says why, please report it"


class Deciding:
    """Remembers what is passed over, which a recovery must not forget."""

    def __init__(self, figures: PoolFigures) -> None:
        self._figures = figures
        self._passed_over: set[str] = set()
        self._broken: set[str] = set()

    def passes_over(self, contact_id: str) -> bool:
        """Whether this contact is not to be taken up any more."""
        return contact_id in self._passed_over

    def decide(self, state: PoolState, asked: Sequence[Asked]) -> list[Decided]:
        """What all of it leads to; each outcome stands with who asked, a refusal too. Raises what broke a rule."""
        decided: list[Decided] = []
        for one in asked:
            try:
                if one.command.id in self._broken:
                    raise InvalidError(_BROKEN, "id")
                one.outcome = handle(state, one.command)
                decided += one.outcome
            except HubError as refusal:
                one.outcome = refusal
                self._figures.refused += 1
            except Exception as fault:
                self._set_aside(one, fault)
                raise
        return decided

    def _set_aside(self, asked: Asked, fault: BaseException) -> None:
        """Deciding this broke: pass over it from now on, or it would stop all others for ever: a contact is on record,
        and whoever reports something else comes again until it is taken."""
        command = asked.command
        if isinstance(command, Tick):
            return
        if isinstance(command, TakeUp):
            self._passed_over.add(command.id)
            self._figures.unrouted += 1
            log.critical("contact %s can't be routed: %r. It is on record; please report this", command.id, fault)
        else:
            self._broken.add(command.id)
            log.critical("%s %s can't be done: %r. Please report this", type(command).__name__, command.id, fault)

    def taken_up_before(self, asked: Sequence[Asked], conflict: ConflictError) -> None:
        """A stream that only this owner writes has moved on. If that is work which a contact was to open, it was opened
        before: the contact is not taken up again."""
        for one in asked:
            if isinstance(one.command, TakeUp) and one.command.interaction_id == conflict.stream:
                self._passed_over.add(one.command.id)
                log.warning("contact %s had been taken up before", one.command.id)
