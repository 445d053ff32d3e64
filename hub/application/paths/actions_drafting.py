"""Decides what agents may say, for a hub that writes it down itself."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from hub.application.customers.consents import Lineage
from hub.application.paths.action_responses import ActionResponses
from hub.application.paths.actions import NextBestActions
from hub.application.paths.asked_beside import Asked, Drafted
from hub.application.paths.capacities import Paths
from hub.application.paths.decisions import PathDecisions, Seed
from hub.application.paths.drafts import Drafts
from hub.application.paths.in_force import Responses, RulesInForce
from hub.application.paths.whole import Wholes
from hub.application.policies.paths import PathPolicies
from hub.domain.customer.consent.point import contact_point
from hub.domain.customer.identity import Spell
from hub.domain.errors import ConflictError, HubError, InvalidError, NotFoundError, RefusedError
from hub.ports import Clock, Histories

log = logging.getLogger(__name__)

_ACTOR = "policy:paths"


@dataclass(frozen=True, slots=True)
class DecidedBy:
    """What decisions are taken by. `key` is the installation's."""

    clock: Clock
    key: bytes
    lineage: Lineage
    rules: RulesInForce
    policies: PathPolicies
    responses: Responses
    paths: Paths
    spell: Spell
    seed: Seed


class ActionsDrafting:
    """Reads in `journal`, and writes nothing there."""

    def __init__(self, journal: Histories, by: DecidedBy) -> None:
        self._drafts = Drafts(journal)
        point_of = partial(contact_point, by.key)
        wholes = Wholes(self._drafts, by.key, by.lineage)
        decisions = PathDecisions(self._drafts, by.clock, wholes, by.rules, by.responses, point_of, by.paths, by.seed)
        self._actions = NextBestActions(
            self._drafts, by.clock, wholes, decisions, by.rules, by.policies, point_of, by.spell
        )
        self._responses = ActionResponses(self._drafts, by.clock, self._actions, point_of)

    async def draft(self, asked: Sequence[Asked]) -> list[Drafted]:
        """Of each what is to be written."""
        return list(await asyncio.gather(*map(self._draft, asked)))

    async def _draft(self, asked: Asked) -> Drafted:
        try:
            return Drafted(asked.number, await self._drafts.draft(self._decide(asked)))
        except (NotFoundError, RefusedError):
            return Drafted(asked.number)  # agents among themselves, or somebody who was forgotten meanwhile
        except (ConflictError, InvalidError) as error:
            log.warning("what may be said in %s is decided when it is asked for: %s", asked.interaction, error)
            return Drafted(asked.number)
        except HubError as error:
            return Drafted(asked.number, failed=str(error))
        except Exception:
            log.exception("what may be said in %s can't be decided: the hub goes on", asked.interaction)
            return Drafted(asked.number)

    async def _decide(self, asked: Asked) -> None:
        by = {"actor": _ACTOR, "command_id": asked.interaction}
        if asked.is_over:
            await self._responses.close(asked.interaction, **by)
        else:
            await self._actions.decide(asked.interaction, **by)
