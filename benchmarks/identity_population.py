"""Who is one customer in a population whose truth is known, through the real import and intake on a real store:
`python -m benchmarks.identity_population [PEOPLE] [COMPANIES] [LINKS] [NAMELESS]`.

Counts customers whom links make of more than one party, says how much of what is one party's came together, then takes
links away and compares what is left with what was. NAMELESS: the share of proven contacts that leave no name."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from loadtests.known_truth import Trial
from loadtests.unlinking import links_by_hand_leave_no_trace, unlinked_ones_are_as_if_never_linked

_DEFAULTS = ("100000", "2000", "1000", "0")


async def run(trial: Trial, links: int) -> None:
    started = time.perf_counter()
    print(await trial.live(), f"in {time.perf_counter() - started:.0f} s", flush=True)
    truth = trial.truth()
    print(
        f"customers of several identifiers {truth.customers:,}, of more than one party {truth.wrong:,};"
        f" shared identifiers {truth.shared:,}; waiting for a steward {dict(truth.conflicts)}\n"
        f"pairs of identifiers proven by one party alone {truth.pairs:,}: linked {truth.recall:.4f};"
        f" of the {truth.attested:,} that were ever brought together {truth.recall_of_attested:.4f}",
        flush=True,
    )
    started = time.perf_counter()
    as_it_was = await links_by_hand_leave_no_trace(trial, links)
    print(f"{links:,} links by hand, calls in between, taken away: all as it was: {as_it_was}", flush=True)
    never_linked = await unlinked_ones_are_as_if_never_linked(trial, links)
    print(f"{links:,} links of rules taken away: as if never linked: {never_linked}")
    print(f"linking, taking away and comparing took {time.perf_counter() - started:.0f} s")


def main() -> None:
    given = (*sys.argv[1:], *_DEFAULTS[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as directory:
        trial = Trial(Path(directory), int(given[0]), int(given[1]), nameless=float(given[3]))
        asyncio.run(run(trial, int(given[2])))


if __name__ == "__main__":
    main()
