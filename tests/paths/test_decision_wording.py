"""Given why something is said or is not, then a person reads it in plain words."""

from datetime import UTC, datetime

import pytest

from hub.domain.contact import Channel
from hub.paths.arbitration.arbitrate import Candidate, NotProposed, Why
from hub.paths.arbitration.score import Factors
from hub.paths.consent.purposes import Gate
from hub.paths.decision.wording import because, kept_back, reasons_against, reasons_for
from hub.paths.gates.verdict import Reason, Verdict
from hub.paths.policy.model import Money
from hub.paths.propositions.model import Lever

QUIET = Verdict(Gate.QUIET_HOURS, False, Reason.QUIET_HOURS, opens_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
SHUT = Verdict(Gate.CONSENT, False, Reason.WITHDRAWN)
BY_SMS, BY_MAIL = Candidate("fibre", Channel.SMS), Candidate("fibre", Channel.EMAIL)


def lever(name: str, weight: int) -> Lever:
    return Lever.model_validate({"name": name, "weight": weight})


def test_why_it_is_proposed_is_told_with_what_matters_most_first() -> None:
    levers = (lever("loyal", 10), lever("complained", -40))
    told = list(reasons_for(because(Factors(0.234, 2.5, 0.7, 999.6), 12, levers), Money()))
    assert told == [
        "complained: -40%",
        "loyal: +10%",
        "counts 2.5 times in a conversation like this one",
        "23% of customers like them accept it, as far as 12 of them tell",
        f"worth {Money().shown(1000)} when they do",
    ]


def test_a_context_that_weighs_nothing_is_not_told() -> None:
    assert len(list(because(Factors(0.1, 1.0, 1.0, 5.0), 1, ()))) == 2


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (0, "10% of customers like them are presumed to accept it: none was asked yet"),
        (1, "10% of customers like them accept it, as far as 1 of them tells"),
        (1200, "10% of customers like them accept it, as far as 1200 of them tell"),
    ],
)
def test_what_is_only_presumed_is_not_told_as_if_it_was_counted(asked: int, told: str) -> None:
    first, _ = reasons_for(because(Factors(0.1, 1.0, 1.0, 5.0), asked, ()), Money())
    assert first == told


def test_a_gate_that_time_opens_is_told_with_the_moment() -> None:
    assert kept_back(QUIET) == "it is quiet time where they are, until 2026-03-02 09:00 UTC"
    assert kept_back(SHUT) == "they took back that they agreed to it"


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (
            NotProposed("fibre", Why.GATE, ((BY_SMS, SHUT), (BY_SMS, QUIET), (BY_MAIL, SHUT))),
            (kept_back(SHUT), kept_back(QUIET)),
        ),
        (NotProposed("fibre", Why.NO_PATH), ("it can't be said by who asks, or not on this channel",)),
        (NotProposed("fibre", Why.NO_VALUE), ("it would cost more than it is worth",)),
        (NotProposed("fibre", Why.EXCLUDED, than="tv"), ("it can't be had beside tv, which is better",)),
        (NotProposed("fibre", Why.OUTRANKED, than="tv"), ("enough that is better was named, tv the last",)),
        (NotProposed("fibre", Why.OUTRANKED), ("others came first",)),
    ],
)
def test_why_it_is_not_proposed_is_told_each_reason_once(one: NotProposed, told: tuple[str, ...]) -> None:
    assert reasons_against(one) == told
