"""What the hub itself does for next best actions that are decided beside it: ask, hear, and write them.

`python -m benchmarks.actions_written [decisions]` prints microseconds of processor time for each, of all threads and of
the one that routes, where 1, 4 and 16 are written together: on SQLite, without the followers of the log."""

import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from benchmarks.next_best_actions import policy
from hub.application.paths.actions_watch import ActionsWatch
from hub.application.paths.asked_beside import Asked, Drafted, asking, telling, told_in
from hub.application.paths.in_force import Responses
from hub.application.paths.parts import PathParts
from hub.application.policies.paths import PathPolicyInForce
from hub.clock import WallClock
from hub.domain.contact import Channel, Direction
from hub.domain.decision.events import Asked as Question
from hub.domain.decision.events import Drawn, Outcome, PathDecided, Said
from hub.domain.ids import offer_id
from hub.domain.interaction.events import InteractionOffered
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.paths.policy.parsing import parse_path_policy
from hub.ports import Append, Recorded
from hub.settings import Settings

TOGETHER = (1, 4, 16)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
META = {"at": NOW, "recorded_at": NOW, "causation": "c", "actor": "policy:paths"}


class Beside:
    """Keeps what it was asked last."""

    def __init__(self) -> None:
        self.asked: Sequence[Asked] = ()

    def keep(self) -> None:
        """It is there."""

    def ask(self, asked: Sequence[Asked]) -> None:
        """The line is made, and goes nowhere."""
        asking(NOW, asked)
        self.asked = asked


def decided(number: int) -> PathDecided:
    """As 50 propositions and five campaigns make it: three things to say."""
    customer = f"customer-{number:032x}"
    question = Question(
        direction=Direction.INBOUND, channels=(Channel.PHONE,), sender="agent", service="stock",
        interaction_id=f"interaction-{number:032x}", came_in_on=Channel.PHONE, came_in_at=f"point-{number:032x}",
        confidence="claimed",
    )  # fmt: skip
    return PathDecided(
        **META, decision_id=f"decision-{customer}-7da9effb24e3fe55", customer_id=customer, asked=question,
        policy="f0e2ff9d1ac1", seed=480162470, seen=40323, inputs="9" * 32, outcome=Outcome.NOW, closed={"held_out": 1},
        said=tuple(Said(proposition=f"p{n}", channel=Channel.PHONE, point=f"point-{number:032x}") for n in range(3)),
        drawn=tuple(Drawn(campaign=f"c{n}", holder=customer, held_out=n == 0) for n in range(5)),
    )  # fmt: skip


def offered(number: int) -> Recorded:
    """The first offer of a conversation."""
    name = f"interaction-{number:032x}"
    event = InteractionOffered(
        **META, offer_id=offer_id(name, 1), agent_id="ann", expires_at=NOW + timedelta(minutes=1), units=100,
        policy="p", reasons=(),
    )  # fmt: skip
    return Recorded(number + 1, name, 2, event)


async def measured(directory: Path, decisions: int, together: int) -> tuple[float, float]:
    """Microseconds a decision, of all threads and of this one."""
    journal, clock, plain = EventJournal(open_store(Settings(data_dir=directory))), WallClock(), Codec()
    in_force = PathPolicyInForce(parse_path_policy(policy(50)))
    parts = PathParts(
        journal, clock, bytes(32), in_force=in_force, responses=Responses({}, 0), lineage=lambda stream: (stream,)
    )
    beside = Beside()
    watch = ActionsWatch(journal, clock, parts.actions, beside)
    lines = [[decided(number) for number in range(first, first + together)] for first in range(0, decisions, together)]
    every, own = 0.0, 0.0
    for number, some in enumerate(lines):
        offers = [offered(number * together + place) for place in range(len(some))]
        began = time.process_time(), time.thread_time()
        watch.follow(offers)
        every, own = every + time.process_time() - began[0], own + time.thread_time() - began[1]
        drafts = [
            Drafted(asked.number, [Append(event.customer_id, 0, [event])])
            for asked, event in zip(beside.asked, some, strict=True)
        ]
        line = telling(drafts, plain.encode)
        began = time.process_time(), time.thread_time()
        watch.drafted(told_in(line, journal.store.codec.decode))
        await watch.step()
        every, own = every + time.process_time() - began[0], own + time.thread_time() - began[1]
    await journal.close()
    return 1e6 * every / decisions, 1e6 * own / decisions


def main() -> None:
    """One line for each number that is written together."""
    decisions = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    for together in TOGETHER:
        with tempfile.TemporaryDirectory(prefix="hub-actions-") as directory:
            every, own = uvloop.run(measured(Path(directory), decisions // together * together, together))
        print(f"{together:3} together: {every:4.0f} us of all threads, {own:4.0f} us of the one that routes")


if __name__ == "__main__":
    main()
