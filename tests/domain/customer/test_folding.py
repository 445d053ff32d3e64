"""What readers take for the same text is found and compared as the same."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.domain.customer.folding import fold

PERSIAN = st.text(st.sampled_from("يیىكکـ\u200c\u200f ًَِّْ۰١٢3آأؤئةهÀéßİǅﷲﻱ"), max_size=20)


@for_all(text=st.text(max_size=40) | PERSIAN)
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@for_all(text=PERSIAN)
def test_what_only_colours_letters_makes_no_difference(text):
    assert fold(text.replace("ي", "ی").replace("ك", "ک").replace("ـ", "").replace("\u200c", " ")) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("علي كريمي", "علی کریمی"),
        ("می\u200cروم", "می روم"),
        ("مـــریم", "مریم"),
        ("آرِش", "ارش"),
        ("مؤسسهٔ رأی", "موسسه رای"),
        ("واحد ۱۲", "واحد ١٢"),
        ("واحد ۱۲", "واحد 12"),
        ("  Anna   MÜLLER\t", "anna muller"),
        ("Straße", "STRASSE"),
        ("\u200fعلی\u200e", "علی"),
        ("ＡＢＣ", "abc"),
    ],
)
def test_spellings_that_readers_take_for_the_same(one, other):
    assert fold(one) == fold(other)


def test_what_differs_stays_different():
    assert len({fold(name) for name in ("علی", "عالی", "علیا", "Anna", "Anne", "12", "13")}) == 7
