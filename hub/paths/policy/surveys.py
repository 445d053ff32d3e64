"""The path policy's `[surveys]`: who is asked how it was, about what, where, and how often at most."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from hub.domain.cases.events import CaseKind
from hub.domain.contact import LIFECYCLE_STAGES, SEGMENTS, Channel
from hub.domain.customer.consent.point import CHANNELS_OF
from hub.domain.satisfaction.decide import SurveyRules
from hub.domain.satisfaction.events import SurveyKind
from hub.domain.satisfaction.occasion import Occasion
from hub.paths.policy.conditions import Names
from hub.policies.findings import Problem, Remark, Severity
from hub.policies.sections import Section

_LONGEST_DAYS = 3_660
REACHABLE = tuple(dict.fromkeys(channel for channels in CHANNELS_OF.values() for channel in channels))
"""Channels on which somebody can be asked who is gone."""
_OF_INTERACTIONS, _OF_CASES = ("channel", "queue"), ("case_kind",)
_CONDITIONS = ("channel", "queue", "case_kind", "kind", "value_tier", "stage")


class About(StrEnum):
    """What is asked about."""

    INTERACTION = "interaction"
    CASE = "case"


def _reachable(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    if not channels:
        raise ValueError("names no channel: nobody could be asked")
    for channel in channels:
        if channel not in REACHABLE:
            raise ValueError(f"nobody is reached by {channel}: name some of {', '.join(REACHABLE)}")
    return channels


Via = Annotated[tuple[Annotated[Channel, Field(strict=False)], ...], Field(strict=False), AfterValidator(_reachable)]


class SurveyRule(Section):
    """Of the interactions or cases that are like this, `share` are asked about, so long after they were over. The first
    rule in the file that fits decides, for csat and for nps apart."""

    ask: Annotated[SurveyKind, Field(strict=False)]
    about: Annotated[About, Field(strict=False)]
    share: Annotated[float, Field(ge=0, le=1)] = 1.0
    delay_minutes: Annotated[float, Field(ge=0, le=_LONGEST_DAYS * 1_440)] = 0.0
    via: Via | None = None
    """The channels to ask on, the first that reaches the customer; None: the interaction's own."""
    channel: Names | None = None
    queue: Names | None = None
    case_kind: Names | None = None
    kind: Names | None = None
    """B2C, B2B, B2G."""
    value_tier: Names | None = None
    stage: Names | None = None

    @property
    def delay(self) -> timedelta:
        """From the end of what it is about to the question."""
        return timedelta(minutes=self.delay_minutes)

    def conditions(self) -> dict[str, frozenset[str]]:
        """What it asks of what, by the name of the condition."""
        asked = {name: getattr(self, name) for name in _CONDITIONS}
        return {name: frozenset(names) for name, names in asked.items() if names is not None}

    def fits(self, occasion: Occasion) -> bool:
        """Whether it is about something like this."""
        stands = occasion.standing
        told = {
            "channel": occasion.channel, "queue": occasion.queue, "case_kind": occasion.case_kind,
            "kind": stands.segment, "value_tier": stands.value_tier, "stage": stands.lifecycle_stage,
        }  # fmt: skip
        is_about = About.CASE if occasion.is_case else About.INTERACTION
        return self.about is is_about and all(told[name] in names for name, names in self.conditions().items())

    def channels(self, occasion: Occasion) -> Sequence[Channel]:
        """Where to ask, best first."""
        return self.via or ((occasion.channel,) if occasion.channel else ())


class Surveys(Section):
    """Nobody is asked of whom no rule speaks."""

    most: Annotated[int, Field(ge=0, le=1_000)] = 2
    window_days: Annotated[float, Field(gt=0, le=_LONGEST_DAYS)] = 30.0
    answer_within_days: Annotated[float, Field(gt=0, le=_LONGEST_DAYS)] = 7.0
    seed: int = 0
    rules: Annotated[tuple[SurveyRule, ...], Field(strict=False)] = ()

    @property
    def limits(self) -> SurveyRules:
        """What holds for every survey, whoever asks."""
        window, answer = timedelta(days=self.window_days), timedelta(days=self.answer_within_days)
        return SurveyRules(most=self.most, window=window, answer_within=answer, seed=self.seed)

    def rule_for(self, kind: SurveyKind, occasion: Occasion) -> SurveyRule | None:
        """The rule that decides; None: nobody is asked this about that."""
        return next((rule for rule in self.rules if rule.ask is kind and rule.fits(occasion)), None)

    def rules_of(self, kind: SurveyKind, about: About) -> list[SurveyRule]:
        """Those among which one may decide."""
        return [rule for rule in self.rules if (rule.ask, rule.about) == (kind, about)]


def survey_problems(surveys: Surveys, value_tiers: Sequence[str]) -> Iterator[Problem]:
    """For which a policy is refused."""
    known = {
        "channel": tuple(Channel), "case_kind": tuple(CaseKind), "kind": SEGMENTS, "stage": LIFECYCLE_STAGES,
        "value_tier": value_tiers,
    }  # fmt: skip
    for number, rule in enumerate(surveys.rules):
        place = ("surveys", "rules", number)
        foreign = _OF_INTERACTIONS if rule.about is About.CASE else _OF_CASES
        for name in rule.conditions().keys() & set(foreign):
            yield (*place, name), f"a rule about {rule.about}s can't ask for that: leave it out"
        if rule.about is About.CASE and rule.via is None:
            yield (*place, "via"), "is missing: say on which channels to ask about a case"
        for name, names in known.items():
            for unknown in sorted(rule.conditions().get(name, frozenset()) - set(names)):
                what = name.replace("_", " ")
                yield (*place, name), f"there is no {what} {unknown!r}; known are {', '.join(names)}"


def survey_remarks(surveys: Surveys, *, needs_zone: bool) -> Iterator[Remark]:
    """What is likely a slip; `needs_zone`: where nobody says what time it is there they are left in peace."""
    if surveys.rules and surveys.most == 0:
        yield Severity.WARNING, ("surveys", "most"), "nobody is ever asked: write 1 or more, or drop the rules"
    for number, rule in enumerate(surveys.rules):
        place = ("surveys", "rules", number)
        if rule.share == 0:
            yield Severity.WARNING, (*place, "share"), "asks nobody of those it fits, nor does any rule after it"
        for before, other in enumerate(surveys.rules[:number]):
            if (other.ask, other.about) == (rule.ask, rule.about) and _takes_all(other, rule):
                message = f"never decides: rule {before + 1} comes first and takes all of these; move it up, or drop it"
                yield Severity.WARNING, place, message
                break
        if needs_zone and rule.via is not None and not set(rule.via) & set(CHANNELS_OF["phone"]):
            message = "asks nobody: nobody can say what time it is there; write time_zone under [quiet_hours]"
            yield Severity.WARNING, (*place, "via"), message
        if rule.channel == (Channel.IN_PERSON.value,) and rule.via is None:
            message = "asks nobody: who came in person is reached on another channel only; add via"
            yield Severity.WARNING, (*place, "channel"), message


def _takes_all(first: SurveyRule, later: SurveyRule) -> bool:
    narrower = later.conditions()
    return all(name in narrower and narrower[name] <= names for name, names in first.conditions().items())
