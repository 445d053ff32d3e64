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
    assert formulas.first_response_time(120.0, 6) == 20
    assert formulas.resolution_time(900.0, 3) == 300


@pytest.mark.parametrize(
    ("age", "name"),
    [
        (-1.0, "under_1_min"), (0.0, "under_1_min"), (59.9, "under_1_min"), (60.0, "1_to_5_min"),
        (300.0, "5_to_15_min"), (900.0, "15_to_60_min"), (3599.9, "15_to_60_min"), (3600.0, "60_min_and_over"),
    ],
)  # fmt: skip
def test_each_age_is_in_one_class(age: float, name: str) -> None:
    counts = formulas.backlog_by_age([age])
    assert {found for found, count in counts.items() if count} == {name}
    assert list(counts) == ["under_1_min", "1_to_5_min", "5_to_15_min", "15_to_60_min", "60_min_and_over"]
