"""What a matching decision costs by number of agents and of waiting work: `python -m benchmarks.matching_scale`.

A decision is an arrival that entered, or an agent who was freed. Agents have 3 to 8 random skills of 50 each, levels
1 to 5; each queue asks for one skill at some least level from 1 to 3, some with a priority.
"""

import gc
import random
from collections import deque
from time import process_time
from typing import NamedTuple

from hub.router.matching.agents import Seat
from hub.router.matching.matcher import Matcher
from hub.router.matching.order import AgentChoice, Order
from hub.router.matching.waiting import Line, Work

SKILLS = tuple(f"skill {number}" for number in range(50))
UNITS = 100


class Shape(NamedTuple):
    """How a centre is made. `waiting` is its backlog; 0: `busy` of its agents work, and nothing waits for long."""

    agents: int = 1_000
    waiting: int = 0
    busy: float = 0.9
    queues: int = 200
    skills: int = 50
    order: Order = Order.PRIORITY
    choice: AgentChoice = AgentChoice.LONGEST_IDLE


class Centre:
    """A matcher with agents and work drawn from a fixed seed; `now` moves by a millisecond a decision."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.random = random.Random(1)
        self.matcher = Matcher(shape.order)
        self.now = 1_700_000_000.0
        self.held: deque[tuple[Work, Seat]] = deque()
        self._number = 0
        self._names = SKILLS[: shape.skills]
        for number in range(shape.agents):
            self._sign_on(number)
        lines = [self._line(number) for number in range(shape.queues)]
        self.lines = [line for line in lines if self.matcher.somebody(line.need)]
        for _ in range(shape.agents + shape.waiting if shape.waiting else int(shape.agents * shape.busy)):
            self.arrives()
        self.settle()

    def arrives(self) -> None:
        """One more piece of work, of a queue that somebody serves."""
        self._number += 1
        self.now += 0.001
        matcher = self.matcher
        matcher.wait(matcher.work(f"work {self._number}", self.now, self.random.choice(self.lines)))

    def is_freed(self) -> None:
        """Somebody finishes their work: whoever has held it longest, or one of those who have long."""
        self.now += 0.001
        held = self.held
        held.rotate(-self.random.randrange(min(len(held), 100)))
        work, seat = held.popleft()
        self.matcher.release(work, seat)
        self.matcher.idle_since(seat, self.now)

    def settle(self) -> int:
        """Carry out all that matches; how many did."""
        matches = 0
        next_match, reserve = self.matcher.next, self.matcher.reserve
        while (match := next_match(self.now)) is not None:
            reserve(*match)
            self.held.append(match)
            matches += 1
        return matches

    def decide(self, times: int) -> None:
        """So many agents are freed, so many pieces of work arrive."""
        for _ in range(times):
            self.is_freed()
            self.settle()
            self.arrives()
            self.settle()

    def _sign_on(self, number: int) -> None:
        self.now += 0.001
        names = self.random.sample(self._names, min(self.random.randint(3, 8), len(self._names)))
        seat = self.matcher.seat(f"agent {number}")
        self.matcher.equip(seat, {name: self.random.randint(1, 5) for name in names}, capacity=UNITS)
        self.matcher.idle_since(seat, self.now)
        self.matcher.sign(seat, True)
        self.matcher.set_ready(seat, True)

    def _line(self, number: int) -> Line:
        skills = {self._names[number % len(self._names)]: self.random.randint(1, min(3, 1 + len(self._names)))}
        need = self.matcher.need(skills, units=UNITS, choice=self.shape.choice)
        return self.matcher.line(
            f"queue {number}", need, priority=self.random.choice((0, 0, 5)),
            weight=self.random.choice((0.0, 1.0, 2.0)), target=self.random.choice((20.0, 60.0)),
        )  # fmt: skip


def microseconds(shape: Shape, decisions: int = 20_000, rounds: int = 5) -> float:
    """The cost of a decision: the best of several rounds."""
    centre = Centre(shape)
    gc.collect()
    gc.freeze()
    centre.decide(decisions // 4)
    best = float("inf")
    for _ in range(rounds):
        begun = process_time()
        centre.decide(decisions // 2)
        best = min(best, process_time() - begun)
    gc.unfreeze()
    return best / decisions * 1e6


def main() -> None:
    """Print the table."""
    shapes = {
        "1,000 agents, 85 % busy": Shape(busy=0.85),
        "1,000 agents, 95 % busy": Shape(busy=0.95),
        "10,000 agents, 85 % busy": Shape(10_000, busy=0.85),
        "10,000 agents, 95 % busy": Shape(10_000, busy=0.95),
        "1,000 agents, 100 waiting": Shape(waiting=100),
        "1,000 agents, 1,000 waiting": Shape(waiting=1_000),
        "1,000 agents, 100,000 waiting": Shape(waiting=100_000),
        "10,000 agents, 1,000 waiting": Shape(10_000, waiting=1_000),
        "10,000 agents, 100,000 waiting": Shape(10_000, waiting=100_000),
        "15 agents, one queue, nothing waits": Shape(15, busy=0.7, queues=1, skills=1),
        "15 agents, one queue, 100 waiting": Shape(15, waiting=100, queues=1, skills=1),
        "15 agents, one queue, 100,000 waiting": Shape(15, waiting=100_000, queues=1, skills=1),
        **{f"1,000 waiting, order {order}": Shape(waiting=1_000, order=order) for order in Order},
        **{f"90 % busy, choice {choice}": Shape(choice=choice) for choice in AgentChoice},
    }
    for name, shape in shapes.items():
        cost = microseconds(shape)
        print(f"{name:40} {cost:6.2f} us  {1e6 / cost:9,.0f}/s")


if __name__ == "__main__":
    main()
