"""An answer stands under the subject of what it answers, marked once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.customer.outbound.words import subject_of_answer


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("my card", "Re: my card"),
        ("Re: my card", "Re: my card"),
        ("AW: RE[2]:re : my card", "Re: my card"),
        ("پاسخ: کارت", "Re: کارت"),
        ("Fwd: my card", "Re: Fwd: my card"),
        ("Refund: my card", "Re: Refund: my card"),
        ("", ""),
        ("Re:", ""),
    ],
)
def test_it_is_marked_once(subject: str, answered: str) -> None:
    assert subject_of_answer(subject) == answered


@given(st.text(max_size=1_100))
def test_an_answer_to_an_answer_has_the_same_subject_and_fits(subject: str) -> None:
    once = subject_of_answer(subject)
    assert subject_of_answer(once) == once
    assert len(once) <= 998
