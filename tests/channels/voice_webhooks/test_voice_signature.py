"""Only what the provider signed is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.voice_webhooks.signature import is_signed, signature

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = (
    ("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"), ("Digits", "1234"),
    ("From", "+14158675309"), ("To", "+18005551212"),
)  # fmt: skip
PUBLISHED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
"""What the provider's own libraries make of these."""


def test_it_is_what_the_providers_libraries_make() -> None:
    assert signature("12345", URL, FORM) == PUBLISHED


def test_the_order_of_the_form_does_not_matter() -> None:
    assert is_signed(PUBLISHED, "12345", URL, reversed(FORM))


@pytest.mark.parametrize(
    ("token", "url", "form"),
    [
        ("12346", URL, FORM), ("12345", URL.replace("https", "http"), FORM), ("12345", URL + "&x=1", FORM),
        ("12345", URL, FORM[1:]), ("12345", URL, (*FORM, ("Digits", "1"))), ("12345", URL, ()),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_noticed(token: str, url: str, form: tuple[tuple[str, str], ...]) -> None:
    assert not is_signed(PUBLISHED, token, url, form)


@given(st.text(), st.lists(st.tuples(st.text(), st.text())))
def test_nothing_that_is_sent_breaks_it(given_: str, form: list[tuple[str, str]]) -> None:
    assert not is_signed(given_, "12345", URL, form)
    assert is_signed(signature("12345", URL, form), "12345", URL, form)
