"""Which text messages withdraw or come back, however they are written; and which are conversation."""

import pytest

from hub.channels.sms.words import Stops, Wish, heard

LEAVE = (
    "STOP", "sToP!", " stop ", "stop.", "ＳＴＯＰ", "un-subscribe", "Opt out",
    "لغو", " لغو ", "ل\u200cغو", "\u200fلغو\u200e", "لـــغو", "لَغو", "«لغو»", "انصراف",
    "لغو۱۱", "لغو ١١", "لغو11.",
    "۱۱", "١١", "１１", " 1 1 ", "11\n", "\u200f۱۱", "«۱۱»", "11،", "(11)", "#11",
)  # fmt: skip
JOIN = ("START", "unstop", "عضویت", "۱۲", "١٢", "12.", "«12»")
SAYS_MORE = ("stop\nwhere is my card", "لغو\nکارت من کجاست؟", "۱۱\nسلام", "لغو۱۱ دیگر نفرستید")
CONVERSATION = (
    "1.1", "11 please", "11%", "11?", "-11", "+11", "1112", "111", "hello", "", "5", "\u200f",
    "Stop in Tehran?", "stop it", "please stop", "I want to stop", "hello\nSTOP",
    "لغو سفارش", "لغو 11 سفارش", "لغو12", "کد ۱۱", "۱۱ تومان", "سلام\nلغو",
)  # fmt: skip


@pytest.mark.parametrize("text", LEAVE)
def test_who_wants_no_more_is_heard(text: str) -> None:
    found = heard(text, Stops.ALL)
    assert found is not None
    assert (found.wish, found.says_more) == (Wish.LEAVE, False)
    assert heard(text, Stops.NONE) is None


@pytest.mark.parametrize("text", JOIN)
def test_who_comes_back_is_heard(text: str) -> None:
    found = heard(text, Stops.ALL)
    assert found is not None
    assert (found.wish, found.says_more) == (Wish.JOIN, False)


@pytest.mark.parametrize("text", SAYS_MORE)
def test_who_says_more_is_heard_by_a_person_too(text: str) -> None:
    found = heard(text, Stops.ALL)
    assert found is not None
    assert (found.wish, found.says_more) == (Wish.LEAVE, True)


@pytest.mark.parametrize("text", CONVERSATION)
def test_what_is_conversation_stays_so(text: str) -> None:
    assert heard(text, Stops.ALL) is None


def test_numbers_mean_nothing_where_they_may_answer_a_question() -> None:
    assert heard("11", Stops.WORDS) is None
    assert heard("لغو۱۱", Stops.WORDS) is not None
