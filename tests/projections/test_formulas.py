"""Each formula against a worked example, and against nothing at all."""

import pytest

from hub.projections import formulas
from hub.projections.formulas import Outcomes, ServiceLevelVariant

DAY = Outcomes(offered=110, answered=80, abandoned=20, short_abandoned=8, answered_in_target=60, abandoned_in_target=12)


@pytest.mark.parametrize(
    ("variant", "level"),
    [
        (ServiceLevelVariant.WITHOUT_SHORT_ABANDONED, 60 / 92),
        (ServiceLevelVariant.OF_OFFERED, 60 / 110),
        (ServiceLevelVariant.ABANDONED_AS_MET, 72 / 100),
        (ServiceLevelVariant.ABANDONED_AS_MISSED, 60 / 100),
        (ServiceLevelVariant.OF_ANSWERED, 60 / 80),
    ],
)
def test_service_level_by_every_variant(variant: ServiceLevelVariant, level: float) -> None:
    assert formulas.service_levels(DAY)[variant] == pytest.approx(level)
    assert formulas.service_levels(Outcomes())[variant] is None


def test_a_level_of_short_abandons_alone_is_no_level() -> None:
    assert formulas.service_level(answered_in_target=0, answered=0, abandoned=3, short_abandoned=3) is None


def test_what_is_neither_answered_nor_abandoned_is_open() -> None:
    assert DAY.open == 10


def test_means_and_shares() -> None:
    assert formulas.asa(90.0, 6) == 15
    assert formulas.aht(1200.0, 4) == 300
    assert formulas.abandonment_rate(5, 50) == pytest.approx(0.1)
    assert formulas.occupancy(45.0, 15.0) == pytest.approx(0.75)
    assert formulas.concurrency_use(50.0, 200.0) == pytest.approx(0.25)
    assert formulas.non_response(1, 8) == pytest.approx(0.125)


@pytest.mark.parametrize(
    "formula",
    [formulas.asa, formulas.aht, formulas.abandonment_rate, formulas.occupancy, formulas.concurrency_use,
     formulas.non_response],
)  # fmt: skip
def test_nothing_has_no_figure(formula) -> None:  # type: ignore[no-untyped-def]
    assert formula(0, 0) is None
