"""One of several processes that grant on one store at once: argv is the settings as JSON. Each line on stdin is a piece
of work as JSON, each line on stdout what came of it."""

import asyncio
import sys
from typing import Any

import orjson

from hub.application.paths.parts import PathParts
from hub.application.policies.paths import PathPolicyInForce
from hub.clock import WallClock
from hub.domain.contact import Channel, Direction
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.question import Question
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.model import Sender
from hub.ports import Append, Committed, Unit
from hub.settings import Settings
from tests.application.grants_world import BY, POLICY, parts_on

CLOCK = WallClock()


async def ask(parts: PathParts, journal: EventJournal, work: dict[str, Any]) -> dict[str, Any]:
    """What one of them does."""
    customer = work["customer"]
    await asyncio.sleep(work.get("delay", 0.0))
    match work["what"]:
        case "decide":
            question = Question(
                "", CLOCK.now(), Direction.INBOUND, (Channel.WEB,), Sender.HUB, propositions=("fibre",),
                confidence=Confidence.VERIFIED,
            )  # fmt: skip
            decided = await parts.decisions.decide(customer, question, request=work["request"], grants=True, **BY)
            grant = decided.grants["fibre"]
            return {"grant": grant.grant_id, "hash": grant.terms_hash}
        case "give":
            given = (await parts.grants.give(customer, "fibre", **BY)).grant
            return {"grant": given.grant_id, "hash": given.terms_hash}
        case "show":
            given = (await parts.grants.give(customer, "fibre", **BY)).grant
            told = {"presentation_id": work["request"], "channel": Channel.WEB, "sender": Sender.HUB}
            shown = (await parts.grants.present(given.grant_id, given.terms_hash, **told, **BY)).grant
            return {"grant": shown.grant_id, "hash": shown.terms_hash}
        case _:
            await link(journal, customer, work["other"])
            return {}


async def link(journal: EventJournal, customer: str, other: str) -> None:
    """Whoever is first on one of the two streams, it is linked in the end."""
    while True:
        now = CLOCK.now()
        histories = await journal.load([customer, other])
        left, right = (Side(id=stream, since=histories[stream][0].event.at) for stream in sorted(histories))
        event = CustomersLinked(
            at=now, recorded_at=now, causation="c", actor="test", link_id="l", rule="by_hand", left=left, right=right
        )
        appends = [Append(stream, history[-1].version, [event]) for stream, history in histories.items()]
        [outcome] = await journal.commit([Unit(appends)])
        if isinstance(outcome, Committed):
            return


async def main(settings: str) -> None:
    """Until stdin ends."""
    journal = EventJournal(open_store(Settings.model_validate_json(settings)))
    parts = parts_on(journal, CLOCK, PathPolicyInForce(parse_path_policy(POLICY)))
    print("{}", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(orjson.dumps(await ask(parts, journal, orjson.loads(line))).decode(), flush=True)
    await journal.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
