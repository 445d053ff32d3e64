"""What a trial found, as JSON and as rows: recorded, modelled under the same policies, under the other, and changes."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hub.router.trial.compare import Trial
from hub.router.trial.figures import COUNTS, MEASURES, Figures, change
from hub.router.trial.patience import Patience
from hub.router.trial.stories import Outcome, Story

SAMPLE = 20
"""Interactions shown of those that would go elsewhere."""

KNOWN = (
    "who came when and by which channel, with what standing, service and language",
    "agents' shifts: signing on and off, skills, capacity, being ready or away",
    "how long each interaction took: from answer to the end of wrap-up, without the time it was parked or paused",
    "how long those waited who left",
    "queues that supervisors closed or drained",
)
MODELLED = (
    "offers are accepted after the median recorded time, none is declined or missed; who missed one in the record is "
    "away as long as they were not answering",
    "handle time belongs to the interaction, not to the agent: whoever has it takes as long as was recorded",
    "all of a handle time is one agent's, also where the record has transfers, parking or several attempts to call",
    "patience of those who were answered is at least their wait: drawn by the Kaplan-Meier estimate of their queue and "
    "channel (of the channel in all queues where fewer than 5 left; behind the last departure at the mean rate)",
    "handle time of those nobody answered is drawn from the answered of their queue",
    "an agent who leaves while at work leaves when it is done",
)
UNKNOWN = (
    "whether agents would work, decline or go away otherwise under another policy, or be faster with other work",
    "who would have come, come again or asked for a call, had waits been others",
    "what supervisors would have done: assigning, moving and pulling back are not repeated, nor are consultations",
    "who stays because of an announcement or a call back that was not offered",
)


class Elsewhere(NamedTuple):
    """An interaction that another queue or another kind of agent would have had."""

    same: Story
    other: Story

    def as_json(self) -> dict[str, Any]:
        return {
            "interaction_id": self.same.stream,
            "at": self.same.at,
            "same": _told(self.same),
            "tried": _told(self.other),
        }


def elsewhere(trial: Trial) -> list[Elsewhere]:
    """Those whose queue, or group of agents that can do the same, differs between the two runs."""
    others = {story.stream: story for story in trial.other.stories}
    pairs = [Elsewhere(story, others[story.stream]) for story in trial.same.stories if story.stream in others]
    return [pair for pair in pairs if _in_another_queue(pair) or _of_another_group(pair)]


def as_json(trial: Trial) -> dict[str, Any]:
    """The whole report."""
    found = elsewhere(trial)
    accounts = (trial.recorded, trial.same, trial.other)
    queues = sorted({queue for account in accounts for queue in account.queues})
    return {
        "from": trial.start,
        "to": trial.end,
        "in_force": list(trial.in_force),
        "tried": trial.tried,
        "seed": trial.seed,
        "accept_after_s": trial.reaction.total_seconds(),
        "all": _compared([account.of_all() for account in accounts]),
        "queues": {queue: _compared([account.of_queue(queue) for account in accounts]) for queue in queues},
        "in_another_queue": sum(map(_in_another_queue, found)),
        "with_another_group": sum(map(_of_another_group, found)),
        "sample": [one.as_json() for one in _spread(found, SAMPLE)],
        "joined_earlier_work": dict(zip(("same", "tried"), trial.joined, strict=True)),
        "could_not_be_repeated": dict(zip(("same", "tried"), trial.refused, strict=True)),
        "patience": list(_patience(trial)),
        "known": list(KNOWN),
        "modelled": list(MODELLED),
        "unknown": list(UNKNOWN),
    }


def rows(compared: dict[str, Any]) -> list[dict[str, Any]]:
    """A queue's figures as lines of a table for people: shares in percent, times in seconds."""
    lines = []
    for name in (*COUNTS, *MEASURES):
        recorded, same, tried = (compared[key] for key in ("recorded", "same", "tried"))
        lines.append(
            {
                "": _label(name, same, tried),
                "recorded": _shown(name, recorded[name]),
                "same policies": _shown(name, same[name]),
                "error of model": _shown(name, compared["model_error"][name], signed=True),
                "tried": _shown(name, tried[name]),
                "change": _shown(name, compared["change"][name], signed=True),
            }
        )
    return lines


def _compared(figures: Sequence[Figures]) -> dict[str, Any]:
    recorded, same, tried = figures
    return {
        "recorded": recorded,
        "same": same,
        "tried": tried,
        "model_error": change(recorded, same),
        "change": change(same, tried),
    }


def _in_another_queue(pair: Elsewhere) -> bool:
    return pair.same.queue != pair.other.queue


def _of_another_group(pair: Elsewhere) -> bool:
    answered = all(story.outcome is Outcome.ANSWERED for story in pair)
    return answered and pair.same.group != pair.other.group


def _told(story: Story) -> dict[str, Any]:
    return {
        "queue": story.queue,
        "rule": story.rule,
        "outcome": story.outcome.value,
        "wait_s": story.wait.total_seconds(),
        "agent_id": story.agent_id,
        "group": story.group,
        "why": list(story.offer_reasons),
    }


def _spread(found: Sequence[Elsewhere], most: int) -> Iterable[Elsewhere]:
    """At most so many of them, evenly spread over the time."""
    count = min(most, len(found))
    return [found[place * len(found) // count] for place in range(count)]


def _patience(trial: Trial) -> Iterable[dict[str, Any]]:
    for (queue, channel), curve in trial.patiences.of_queue.items():
        used = trial.patiences.of(queue, channel)
        yield {
            "queue": queue,
            "channel": channel,
            "observed": curve.observed,
            "left": curve.left,
            "of_all_queues": used is not curve,
            **_still_there(used),
        }


def _still_there(curve: Patience) -> dict[str, float]:
    return {f"still_there_after_{seconds}_s": curve.still_there(seconds) for seconds in (30, 60, 120, 300)}


def _label(name: str, same: Figures, tried: Figures) -> str:
    if name != "service_level":
        return name.replace("_", " ").removesuffix(" s") + (", s" if name.endswith("_s") else "")
    targets = dict.fromkeys((one["service_level_variant"], one["target_s"]) for one in (same, tried))
    named = " / ".join(
        f"{variant.replace('_', ' ')}, {'each its target' if target is None else f'{target:g} s'}"
        for variant, target in targets
    )
    return f"service level ({named})"


def _shown(name: str, value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return ""
    sign = "+" if signed else ""
    if name in COUNTS:
        return f"{value:{sign}d}"
    if name in ("service_level", "occupancy"):
        return f"{value * 100:{sign}.1f} %"
    return f"{value:{sign}.1f}"
