"""The words of a mail are told apart from what it quotes, and nothing is ever lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.conversations.quoting import of_html, of_text


@pytest.mark.parametrize(
    ("own", "quoted"),
    [
        ("Thanks!\n\n", "> where is my card\n> it was due"),
        ("Thanks!\n\n", "On Monday Ann wrote:\n> where is my card\n"),
        ("Thanks!\n", "On Monday, 5 January,\nAnn <ann@example.com> wrote:\n\n> where"),
        ("سپاس\n", "در دوشنبه آنا نوشت:\n> کارت من کجاست"),
        ("See below\n", "-----Original Message-----\nFrom: Ann\nwhere is my card"),
        ("ببینید\n", "----- پیام اصلی -----\nکارت من"),
        ("no quotation at all", ""),
        ("> asked\nanswered between\n> and more\nanswered below", ""),
        ("> only quoted", ""),
        ("", ""),
        ("I wrote:\nnothing", ""),
    ],
)
def test_of_plain_words(own: str, quoted: str) -> None:
    assert of_text(own + quoted) == (own, quoted)


@pytest.mark.parametrize(
    ("own", "quoted"),
    [
        ("<p>Thanks</p>", "<blockquote><p>where</p></blockquote>"),
        ("<div>Thanks</div>", "<blockquote>a<blockquote>b</blockquote></blockquote></div> &nbsp;"),
        ("<blockquote>one</blockquote>between", "<blockquote>two</blockquote>"),
        ("<blockquote>one</blockquote><p>below</p>", ""),
        ("<blockquote>only</blockquote>", ""),
        ("<p>x</p><blockquote>open", ""),
        ("<p>nothing</p>", ""),
        ("<blockquote>one</blockquote><img>", ""),
    ],
)
def test_of_html(own: str, quoted: str) -> None:
    assert of_html(own + quoted) == (own, quoted)


@given(st.lists(st.sampled_from(["> a", "", "text", "On Monday Ann wrote:", "-- Original Message --", " >b"])))
def test_no_word_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    own, quoted = of_text(text)
    assert own + quoted == text
    assert not quoted or own.strip()


@given(st.lists(st.sampled_from(["<blockquote>", "</blockquote>", "text", "<img>", "<p>", "</p>", " "])))
def test_no_markup_is_lost(parts: list[str]) -> None:
    html = "".join(parts)
    own, quoted = of_html(html)
    assert own + quoted == html
