"""A name in Persian letters and one in Latin ones are compared by how they read."""

import pytest

from hub.domain.customer.folding import fold
from hub.paths.duplicates.comparing import names_contradict
from hub.paths.duplicates.scripts import reads_alike
from loadtests.population import FAMILY_NAMES, GIVEN_NAMES

NAMES = [tuple(name.split("/")) for name in (*GIVEN_NAMES, *FAMILY_NAMES)]
AMBIGUOUS = {"هدی", "علی"}


@pytest.mark.parametrize(("persian", "latin"), NAMES)
def test_a_name_reads_like_itself_and_like_no_other(persian: str, latin: str) -> None:
    written = fold(persian)
    alike = [other for _, other in NAMES if reads_alike(written, fold(other))]
    assert alike == ([] if persian in AMBIGUOUS else [latin])
    assert reads_alike(fold(latin), written) == bool(alike)


def test_the_h_that_ends_a_name_is_heard() -> None:
    assert reads_alike("سپیده", "sepideh")
    assert not reads_alike("سپیده", "sepid")


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        ("مریم کریمی‌پور", "Maryam Karimipour", False),
        ("مریم کریمی‌پور", "Maryam Karimi Pour", False),
        ("Karimi Maryam", "Maryam Karimi", False),
        ("Maryam Karimi", "Mariam Karimi", False),
        ("مريم كريمي", "مریم کریمی", False),
        ("Maryam", "Maryam Karimi", False),
        ("Maryam Karimi", "Maryam Rostami", True),
        ("Ali Karimi", "Zahra Karimi", True),
        ("علی کریمی", "Zahra Karimi", True),
        ("هدی کریمی", "هادی کریمی", True),
        ("", "Zahra Karimi", False),
    ],
)
def test_two_names_written_in_one(one: str, other: str, contradict: bool) -> None:
    assert names_contradict(one, other) == names_contradict(other, one) == contradict
