"""Given a campaign with a holdout, then the same are left out of it for ever on every path, and its uplift is told."""

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.domain.errors import InvalidError
from hub.paths.consent.purposes import Gate
from hub.paths.gates.holdout import holdout_gate
from hub.paths.gates.verdict import Reason
from hub.paths.holdout.drawing import drawn, holder_of
from hub.paths.holdout.section import Holdout, holdout_problems
from hub.paths.holdout.uplift import Group, uplift, wilson


def holdout(**more: Any) -> Holdout:
    return Holdout.model_validate({"campaign": "spring", "share": 10.0, "propositions": ["fibre"], **more})


def test_the_draw_is_the_hash_of_seed_campaign_and_holder() -> None:
    """Computed by hand: int(sha256("1 US spring US customer-1")[:8]) * 100 / 2**64."""
    assert drawn(holdout(), "customer-1").draw == pytest.approx(DRAW)
    verdict = holdout_gate(holdout(share=DRAW + 0.001), "customer-1")
    assert (verdict.gate, verdict.is_open, verdict.reason) == (Gate.HOLDOUT, False, Reason.HELD_OUT)
    assert verdict.inputs == {"campaign": "spring", "holder": "customer-1", "draw": DRAW, "share": DRAW + 0.001}
    verdict = holdout_gate(holdout(share=DRAW), "customer-1")
    assert (verdict.is_open, verdict.reason) == (True, Reason.NOT_HELD_OUT)


DRAW = 48.204851534745266


@pytest.mark.parametrize("share", [1.0, 10.0, 50.0, 99.0])
def test_the_share_is_held_out(share: float) -> None:
    held = sum(drawn(holdout(share=share), f"customer-{number}").is_held_out for number in range(20_000))
    assert held / 200 == pytest.approx(share, abs=1.2)


@for_all(st.floats(0.1, 99), st.floats(0.1, 99), st.text(min_size=1, max_size=20))
def test_who_is_held_out_of_a_share_is_held_out_of_every_greater_one(one: float, other: float, holder: str) -> None:
    less, more = sorted((one, other))
    assert not drawn(holdout(share=less), holder).is_held_out or drawn(holdout(share=more), holder).is_held_out


def test_campaigns_and_seeds_draw_others() -> None:
    names = [f"customer-{number}" for number in range(2_000)]
    first, second, third = (
        {name for name in names if drawn(one, name).is_held_out}
        for one in (holdout(share=50), holdout(share=50, campaign="autumn"), holdout(share=50, seed="2"))
    )
    assert 400 < len(first & second) < 600
    assert 400 < len(first & third) < 600


@pytest.mark.parametrize(
    ("kind", "account", "holder"),
    [("B2C", "account-a", "customer-1"), ("B2B", "account-a", "account-a"), ("B2G", "account-a", "account-a"),
     ("B2B", "", "customer-1")],
)  # fmt: skip
def test_organisations_are_drawn_as_a_whole(kind: str, account: str, holder: str) -> None:
    assert holder_of(kind, "customer-1", account) == holder


@pytest.mark.parametrize("share", [0.0, 100.0, -1.0])
def test_nobody_and_everybody_is_no_holdout(share: float) -> None:
    with pytest.raises(ValidationError):
        holdout(share=share)


def test_a_file_without_propositions_is_told_so() -> None:
    assert list(holdout_problems([holdout()], [])) == [
        (("holdouts", 0, "propositions"), "there is no proposition 'fibre'; there are none in this file")
    ]


def test_contradictions_are_told_by_place() -> None:
    several = [holdout(), holdout(propositions=["fibre", "tv"]), holdout(campaign="autumn", propositions=["phone"])]
    assert list(holdout_problems(several, ["fibre", "phone"])) == [
        (("holdouts", 1, "campaign"), "campaign 'spring' is there already: write it once"),
        (
            ("holdouts", 1, "propositions"),
            "'fibre' is in campaign 'spring' already: who is held out must be drawn once",
        ),
        (("holdouts", 1, "propositions"), "there is no proposition 'tv'; known are fibre, phone"),
    ]


class TestUplift:
    @pytest.mark.parametrize(
        ("campaign", "held_out", "low", "high"),
        [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ],
    )
    def test_the_examples_of_the_article(
        self, campaign: tuple[int, int], held_out: tuple[int, int], low: float, high: float
    ) -> None:
        """Newcombe 1998, table II, method 10."""
        found = uplift(Group(*campaign), Group(*held_out))
        assert found.interval == pytest.approx((low, high), abs=0.0001)
        assert found.is_sure == (low > 0)

    @for_all(st.data(), st.integers(1, 500), st.integers(1, 500), st.floats(0.5, 0.999))
    def test_it_holds_the_difference_and_turns_with_the_groups(
        self, data: st.DataObject, mine: int, theirs: int, confidence: float
    ) -> None:
        one = Group(data.draw(st.integers(0, mine)), mine)
        other = Group(data.draw(st.integers(0, theirs)), theirs)
        found, turned = uplift(one, other, confidence), uplift(other, one, confidence)
        assert -1 <= found.interval.low <= found.difference <= found.interval.high <= 1
        assert turned.interval == pytest.approx((-found.interval.high, -found.interval.low))
        low, high = wilson(one, confidence)
        assert 0 <= low <= found.campaign + 1e-12
        assert found.campaign <= high + 1e-12
        assert high <= 1

    @pytest.mark.parametrize("customers", range(1, 60))
    def test_rounding_takes_no_share_out_of_nought_to_one(self, customers: int) -> None:
        """Of nine of nine and of nobody of nine it would."""
        assert wilson(Group(customers, customers), 0.95).high <= 1
        assert wilson(Group(0, customers), 0.95).low >= 0

    @pytest.mark.parametrize(
        ("campaign", "held_out", "confidence", "field", "message"),
        [
            ((1, 0), (0, 1), 0.95, "campaign", "nobody is in this group: nothing can be compared"),
            ((2, 1), (0, 1), 0.95, "campaign", "2 of 1 can't have accepted"),
            ((0, 1), (-1, 1), 0.95, "held_out", "-1 of 1 can't have accepted"),
            ((0, 1), (0, 1), 1.0, "confidence", "confidence is a share from 0.5 until just below 1"),
        ],
    )
    def test_what_can_not_be_compared_is_refused_and_told_why(
        self, campaign: tuple[int, int], held_out: tuple[int, int], confidence: float, field: str, message: str
    ) -> None:
        with pytest.raises(InvalidError) as refused:
            uplift(Group(*campaign), Group(*held_out), confidence)
        assert (refused.value.field, str(refused.value)) == (field, message)

    def test_all_that_it_was_made_of_is_told(self) -> None:
        found = uplift(Group(9, 10), Group(3, 10), 0.9)
        assert (found.campaign, found.held_out, found.difference, found.confidence) == (
            0.9, 0.3, pytest.approx(0.6), 0.9,
        )  # fmt: skip
