"""The section `[[holdouts]]` of a path policy: of which campaigns how many customers get nothing, on any path."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated

from pydantic import Field

from hub.policies.findings import Problem
from hub.policies.sections import Section, Text

_PLACE = "holdouts"
Names = Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]


class Holdout(Section):
    """So many percent of all persons, of those who act for an account of all accounts, get none of these propositions.
    Another seed draws others; with the same one the same are drawn for ever, whoever asks on whichever path."""

    campaign: Text
    share: float = Field(gt=0, lt=100)
    """Percent."""
    propositions: Names
    seed: Text = "1"


def holdout_problems(holdouts: Sequence[Holdout], propositions: Collection[str]) -> Iterator[Problem]:
    """Campaigns there are twice, and propositions that are in none of the file's or in two campaigns."""
    campaigns: set[str] = set()
    owners: dict[str, str] = {}
    for number, one in enumerate(holdouts):
        if one.campaign in campaigns:
            yield (_PLACE, number, "campaign"), f"campaign {one.campaign!r} is there already: write it once"
        campaigns.add(one.campaign)
        for name in one.propositions:
            place = (_PLACE, number, "propositions")
            if name not in propositions:
                known = (
                    f"known are {', '.join(sorted(propositions))}" if propositions else "there are none in this file"
                )
                yield place, f"there is no proposition {name!r}; {known}"
            elif name in owners:
                yield place, f"{name!r} is in campaign {owners[name]!r} already: who is held out must be drawn once"
            owners.setdefault(name, one.campaign)
