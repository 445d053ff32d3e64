"""Known results of queueing theory, each with its source. Rates are per second, times in seconds.

n: servers; a: offered load in Erlang (arrival rate x mean service time); rate: arrivals; mu: services of one server.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations


def erlang_b(n: int, a: float) -> float:
    """Share of calls blocked in M/G/n/n, whatever the distribution of service times.
    Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
    exchanges", 1917; insensitivity: Sevastyanov 1957. Computed by the usual recursion in n."""
    blocking = 1.0
    for servers in range(1, n + 1):
        blocking = a * blocking / (servers + a * blocking)
    return blocking


def erlang_c(n: int, a: float) -> float:
    """Share of calls that wait in M/M/n. Erlang 1917."""
    blocking = erlang_b(n, a)
    return n * blocking / (n - a * (1 - blocking))


def mean_wait(n: int, rate: float, mu: float) -> float:
    """Mean wait of all calls in M/M/n, in any order that ignores service times. Erlang 1917."""
    return erlang_c(n, rate / mu) / (n * mu - rate)


def second_moment_first_come(n: int, rate: float, mu: float) -> float:
    """E[W^2] of all calls in M/M/n, first come first served: who waits, waits an exponential time of mean
    1/(n mu - rate). Cooper, Introduction to Queueing Theory, 2nd ed. 1981, section 3.4."""
    return 2 * erlang_c(n, rate / mu) / (n * mu - rate) ** 2


def second_moment_last_come(n: int, rate: float, mu: float) -> float:
    """E[W^2] of all calls in M/M/n, last come first served: who waits, waits a busy period of M/M/1 with service
    rate n mu, so that the second moment is 1/(1 - rho) times that of first come first served.
    Riordan, "Delays for last-come first-served service and the busy period", BSTJ 40 (1961); Kingman 1962."""
    return second_moment_first_come(n, rate, mu) / (1 - rate / (n * mu))


def cobham(n: int, mu: float, rates: Sequence[float]) -> list[float]:
    """Mean wait of each class in M/M/n with non-preemptive priority, the first class first.
    Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954)."""
    at_all = erlang_c(n, sum(rates) / mu) / (n * mu)
    waits, before = [], 0.0
    for rate in rates:
        after = before + rate / (n * mu)
        waits.append(at_all / ((1 - before) * (1 - after)))
        before = after
    return waits


def pollaczek_khinchine(rate: float, mean: float, sd: float) -> float:
    """Mean wait in M/G/1. Pollaczek 1930; Khinchine 1932."""
    return rate * (mean**2 + sd**2) / (2 * (1 - rate * mean))


@dataclass(frozen=True)
class Steady:
    """A stationary system. All but `blocked` are of calls that entered."""

    blocked: float
    p_wait: float
    p_abandon: float
    wait_mean: float
    queue_length: float
    busy: float


def markov_queue(n: int, rate: float, mu: float, *, most: int, theta: float = 0.0) -> Steady:
    """M/M/n with room for `most` calls and exponential patience of rate `theta`: a birth-and-death chain.
    Palm 1943/1957 (Erlang A); Garnett, Mandelbaum, Reiman, "Designing a call center with impatient customers",
    M&SOM 4 (2002). The waits follow from Little's law."""
    weights = [1.0]
    for calls in range(1, most + 1):
        weights.append(weights[-1] * rate / (min(calls, n) * mu + max(calls - n, 0) * theta))
    total = math.fsum(weights)
    steady = [weight / total for weight in weights]
    entering = rate * (1 - steady[-1])
    queue = math.fsum((calls - n) * steady[calls] for calls in range(n, most + 1))
    return Steady(
        blocked=steady[-1],
        p_wait=math.fsum(steady[n:-1]) / (1 - steady[-1]),
        p_abandon=theta * queue / entering,
        wait_mean=queue / entering,
        queue_length=queue,
        busy=math.fsum(min(calls, n) * share for calls, share in enumerate(steady)),
    )


def random_selection(rate: float, mus: Sequence[float], most: int) -> Steady:
    """Unequal servers, an arrival goes to any idle one with equal chance, room for `most` calls: a reversible chain
    on the sets of busy servers, so in product form. Gumbel, "Waiting lines with heterogeneous servers", Operations
    Research 8 (1960)."""
    n = len(mus)
    weights = [0.0] * (most + 1)
    for count in range(n + 1):
        for busy in combinations(mus, count):
            weights[count] += math.factorial(n - count) * rate**count / math.prod(busy)
    for calls in range(n + 1, most + 1):
        weights[calls] = weights[calls - 1] * rate / sum(mus)
    return _steady(rate, n, weights)


class IdleOrder:
    """Unequal servers of whom an arrival takes the first idle one; `back` puts a freed server among the idle ones.
    The whole chain, solved: no formula is trusted."""

    def __init__(self, rate: float, mus: Sequence[float], most: int) -> None:
        self.rate, self.mus, self.most = rate, mus, most

    def solve(self, back: Callable[[tuple[int, ...], int], tuple[int, ...]]) -> Steady:
        n = len(self.mus)

        def moves(state: Hashable) -> Iterable[tuple[Hashable, float]]:
            idle, queue = state  # type: ignore[misc]
            if idle:
                yield (idle[1:], 0), self.rate
            elif queue < self.most - n:
                yield (idle, queue + 1), self.rate
            for server in set(range(n)) - set(idle):
                yield ((idle, queue - 1) if queue else (back(idle, server), 0)), self.mus[server]

        weights = [0.0] * (self.most + 1)
        for (idle, queue), share in stationary((tuple(range(n)), 0), moves).items():  # type: ignore[misc]
            weights[n - len(idle) + queue] += share
        return _steady(self.rate, n, weights)

    def longest_idle(self) -> Steady:
        """A freed server joins behind. Its busy sets are as likely as under random selection: Adan and Weiss, "A loss
        system with skill-based servers under assign to longest idle server policy", PEIS 26 (2012); Haji and Ross, "A
        queueing loss model with heterogeneous skill based servers under idle time ordering policies", J. Appl. Prob.
        52 (2015)."""
        return self.solve(lambda idle, server: (*idle, server))

    def fastest(self) -> Steady:
        """The fastest server is always first. Singh, "Two-server Markovian queues with balking: heterogeneous vs.
        homogeneous servers", Operations Research 18 (1970)."""
        return self.solve(lambda idle, server: tuple(sorted((*idle, server), key=lambda one: -self.mus[one])))


def _steady(rate: float, n: int, weights: Sequence[float]) -> Steady:
    """From how likely each number of calls in the system is."""
    total = math.fsum(weights)
    steady = [weight / total for weight in weights]
    queue = math.fsum((calls - n) * share for calls, share in enumerate(steady) if calls > n)
    entering = rate * (1 - steady[-1])
    busy = math.fsum(min(calls, n) * share for calls, share in enumerate(steady))
    p_wait = math.fsum(steady[n:-1]) / (1 - steady[-1])
    return Steady(steady[-1], p_wait, 0.0, queue / entering, queue, busy)


def stationary(first: Hashable, moves: Callable[[Hashable], Iterable[tuple[Hashable, float]]]) -> dict[Hashable, float]:
    """How likely each state reachable from the first is in the long run. Grassmann, Taksar, Heyman, "Regenerative
    analysis and steady state distributions for Markov chains", Operations Research 33 (1985): no subtractions."""
    states: dict[Hashable, int] = {first: 0}
    for state in (frontier := [first]):
        for other, _ in moves(state):
            if other not in states:
                states[other] = len(states)
                frontier.append(other)
    size = len(states)
    rates = [[0.0] * size for _ in range(size)]
    for state, at in states.items():
        for other, rate in moves(state):
            if states[other] != at:
                rates[at][states[other]] += rate
    for last in range(size - 1, 0, -1):
        out = math.fsum(rates[last][:last])
        for state in range(last):
            rates[state][last] /= out
            for other in range(last):
                if other != state:
                    rates[state][other] += rates[state][last] * rates[last][other]
    weights = [1.0]
    for state in range(1, size):
        weights.append(math.fsum(weights[before] * rates[before][state] for before in range(state)))
    total = math.fsum(weights)
    return {state: weights[at] / total for state, at in states.items()}
