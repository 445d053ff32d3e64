"""What next best actions add to the way from contact to offer, and how soon they are there, from whole hubs under load.

`python -m benchmarks.next_best_actions [--rate N] [--agents N] [--seconds N] [--propositions N] [--rounds N]` runs the
load of `loadtests.peak` without and with a path policy, in turn, `--rounds` times; prints milliseconds for each, and
what a decision takes of the CPU: of all processes, of the hub's own, and of the one that decides beside it."""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from benchmarks.hub_with_actions import NOTED
from hub.domain.decision.events import PathDecided
from hub.operations.paths import publish_path_policy
from hub.settings import Settings, load
from hub.simulated.stored import stored_events
from loadtests import centre
from loadtests.evaluation import Log, evaluate
from loadtests.hub_with_agents import OBSERVED
from loadtests.observed import Observed, percentiles
from loadtests.peak import Drive
from loadtests.plan import Load, load_of

_TABLES = """
[purposes.promotional]
identity = "claimed"

[quiet_hours]
time_zone = "Asia/Tehran"

[[value_tiers]]
name = "standard"

[[stages]]
name = "enhancement"
when = { purchases = { at_least = 1 } }

[[stages]]
name = "acquisition"
"""


def policy(propositions: int) -> str:
    """Each with conditions, a lever and terms, on all channels; one in ten with a holdout. Contacts of the load only
    claim who they are, so that is enough here."""
    rows = "".join(
        f"""
[[propositions]]
name = "p{number}"
kind = "product"
eligible = {{ kind = ["B2C", "B2B"], spent = {{ below = {10_000 + number}, within_days = 90 }} }}
applicable = {{ stage = ["acquisition", "enhancement"], contacts = {{ below = {1_000 + number} }} }}
suitable = {{ holds = {{ p{(number + 1) % propositions} = false }} }}
channels = ["phone", "sms", "email", "web", "in_person"]
days_granted = 14
contribution = {1_000 + number}
levers = [{{ name = "loyal", weight = 20, when = {{ tenure_days = {{ at_least = {number} }} }} }}]
terms = {{ monthly_price = {{ value = {400 + number}, better = "lower" }} }}
"""
        for number in range(propositions)
    )
    holdouts = "".join(
        f'[[holdouts]]\ncampaign = "c{number}"\nshare = 10.0\npropositions = ["p{number}"]\n'
        for number in range(0, propositions, 10)
    )
    return _TABLES + holdouts + rows


def measured(plan: Load, propositions: int) -> dict[str, Any]:
    """One run on a hub of its own; 0 propositions: the policy that ships with the hub, by which nothing is decided."""
    with tempfile.TemporaryDirectory(prefix="hub-actions-") as directory:
        own = {"data_dir": Path(directory) / "var", "store_url": "sqlite", "nats_url": ""}
        settings = load().model_copy(update={**own, "policy": centre.policy(plan, Path(directory))})
        if propositions:
            file = Path(directory) / "paths.toml"
            file.write_text(policy(propositions))
            publish_path_policy(settings, file, "benchmark", expected="")
        drive = Drive(settings, plan, "core", "benchmarks.hub_with_actions")
        uvloop.run(drive.run())
        assert drive.generator is not None
        log = Log(stored_events(drive.settings), Observed.read(drive.notes / OBSERVED))
        published = drive.generator.published
        result = evaluate(plan, drive.begin, published, log, cpu_s=drive.cpu_s, rss_mb=drive.rss_mb)
        noted = json.loads((drive.notes / NOTED).read_text())
        said = _said(drive.settings)
        return {
            "clean": result.clean and drive.finished,
            "contact_to_offer_ms": result.contact_to_offer_ms,
            "agent_free_to_offer_ms": result.agent_free_to_offer_ms,
            "cpu_s": result.cpu_s,
            "own_cpu_s": noted["own_cpu_s"],
            "beside_cpu_s": noted["beside_cpu_s"],
            "contacts": result.completed,
            "decisions": len(said),
            "with_actions": sum(said),
            "offer_to_actions_ms": percentiles(noted["took_ns"]),
        }


def _said(settings: Settings) -> list[bool]:
    """Of each decision whether it proposes something."""
    return [bool(one.event.said) for one in stored_events(settings) if isinstance(one.event, PathDecided)]


def compared(without: Sequence[dict[str, Any]], with_them: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The medians of the rounds, and what lies between them."""

    def middle(runs: Sequence[dict[str, Any]], rank: str) -> float:
        return float(median(run["contact_to_offer_ms"][rank] for run in runs))

    def used(runs: Sequence[dict[str, Any]], name: str) -> float:
        return float(sum(run[name] for run in runs))

    decisions = max(1, sum(run["decisions"] for run in with_them))
    ranks = {rank: (middle(without, rank), middle(with_them, rank)) for rank in ("p50", "p95", "p99")}
    return {
        "contact_to_offer_ms": {
            rank: {"without": one, "with": two, "added": round(two - one, 3)} for rank, (one, two) in ranks.items()
        },
        "cpu_ms_per_decision": round(1_000 * (used(with_them, "cpu_s") - used(without, "cpu_s")) / decisions, 3),
        "of_it_in_the_hub": round(1_000 * (used(with_them, "own_cpu_s") - used(without, "own_cpu_s")) / decisions, 3),
        "of_it_beside": round(1_000 * used(with_them, "beside_cpu_s") / decisions, 3),
    }


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.next_best_actions", description=__doc__)
    parser.add_argument("--rate", type=float, default=300.0)
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--propositions", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    plan = load_of(given.rate, given.agents, given.seconds)
    without: list[dict[str, Any]] = []
    with_them: list[dict[str, Any]] = []
    for _ in range(given.rounds):
        without.append(measured(plan, 0))
        time.sleep(1)
        with_them.append(measured(plan, given.propositions))
        time.sleep(1)
    print(json.dumps({"without": without, "with": with_them, "compared": compared(without, with_them)}, indent=1))


if __name__ == "__main__":
    main()
