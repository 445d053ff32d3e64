"""However an identifier is written, it is kept in one spelling; what has none stays as it was."""

import unicodedata

import phonenumbers
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from hub.domain.customer.normalise import normalise
from hub.domain.customer.spelling.known import KnownSpellings
from hub.domain.customer.spelling.spelling import Problem

KINDS = ("phone", "email", "national_id", "legal_id", "customer_number", "messenger", "cookie", "loyalty")
SCRIPTS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９")
WRITTEN = st.text(st.sampled_from("0129+-() .@<>:;=xe\u200e\u200c\u0660۹ßİXнаяک"), max_size=24) | st.text(max_size=30)


def in_scripts(digits: str, choice: st.DataObject) -> str:
    return "".join(choice.draw(st.sampled_from(SCRIPTS))[int(d)] if d.isdigit() else d for d in digits)


@for_all(kind=st.sampled_from(KINDS), value=WRITTEN)
def test_spelling_again_changes_nothing(kind, value):
    once = normalise(kind, value)
    again = normalise(kind, once.value)

    assert again.value == once.value
    assert again.is_valid is once.is_valid
    assert once.is_valid is (once.problem is Problem.NONE)


@for_all(kind=st.sampled_from(KINDS), value=WRITTEN)
def test_what_has_no_spelling_is_kept_as_it_was_brought(kind, value):
    spelling = normalise(kind, value)

    assert spelling.is_valid or spelling.value == value.strip()


@for_all(
    rest=st.integers(0, 9_999_999),
    prefix=st.sampled_from(["+98", "0098", "98", "0", "", "+98 0", "+98 (0) ", "tel:+98-"]),
    between=st.sampled_from(["", " ", "-", ".", "\u00a0"]),
    around=st.sampled_from(["", " ", "\u200e", "\u202a"]),
    data=st.data(),
)
def test_all_spellings_of_a_mobile_number_meet(rest, prefix, between, around, data):
    digits = f"912{rest:07d}"
    written = prefix + between.join((digits[:3], digits[3:6], digits[6:8], digits[8:]))

    assert normalise("phone", around + in_scripts(written, data) + around) == (f"+98{digits}", True, Problem.NONE)


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("021-88776655", "IR", "+982188776655"),
        ("۰۲۱ ۸۸۷۷ ۶۶۵۵ داخلی ۱۲", "IR", "+982188776655;ext=12"),
        ("+98 21 88776655 ext. 12", "IR", "+982188776655;ext=12"),
        ("020 8366 1177", "GB", "+442083661177"),
        ("00989123456789", "GB", "+989123456789"),
        ("+39 06 698 12345", "IR", "+390669812345"),
        ("+800 1234 5678", "IR", "+80012345678"),
    ],
)
def test_numbers_are_read_by_their_countrys_plan(written, region, expected):
    assert normalise("phone", written, region) == (expected, True, Problem.NONE)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("110", Problem.NOT_IN_USE),
        ("۱۱۰", Problem.NOT_IN_USE),
        ("+98912", Problem.NOT_IN_USE),
        ("88776655", Problem.NOT_IN_USE),
        ("+1 800 FLOWERS", Problem.FORM),
        ("MYBANK", Problem.FORM),
        ("0912 345 6789 / 0912 345 6780", Problem.FORM),
        ("Anonymous", Problem.WITHHELD),
        ("ناشناس", Problem.WITHHELD),
        (" ", Problem.BLANK),
    ],
)
def test_what_is_no_number_keeps_its_raw_value(written, problem):
    assert normalise("phone", written) == (written.strip(), False, problem)


@for_all(
    region=st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
    kind=st.sampled_from(phonenumbers.PhoneNumberType.values()),
    change=st.none() | st.tuples(st.integers(1, 14), st.integers(0, 9)),
)
@settings(max_examples=500, deadline=None)
def test_the_short_way_for_e164_says_what_parsing_says(region, kind, change):
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    if change and change[0] < len(e164):
        e164 = e164[: change[0]] + str(change[1]) + e164[change[0] + 1 :]
    try:
        parsed = phonenumbers.parse(e164)
        valid = phonenumbers.is_valid_number(parsed)
    except phonenumbers.NumberParseException:
        valid = False

    expected = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if valid else e164
    assert normalise("phone", e164)[:2] == (expected, valid)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (" Anna.B+Work@Example.ORG. ", "anna.b+work@example.org"),
        ("Anna <A@b.c>", "a@b.c"),
        ("a@B\u00fccher.example", "a@xn--bcher-kva.example"),
        ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"),
        ("info@مثال.ایران", "info@xn--mgbh0fb.xn--mgba3a4f16a"),
        ("\u200ea@b.c", "a@b.c"),
    ],
)
def test_mail_addresses(written, expected):
    assert normalise("email", written) == (expected, True, Problem.NONE)


@pytest.mark.parametrize(
    "written", ["a", "a@b", "@b.c", "a b@c.d", "a@b@c.d", "a@-b.c", "a@b..c", "x" * 65 + "@b.c", "<>"]
)
def test_what_is_no_mail_address_keeps_its_raw_value(written):
    assert normalise("email", written) == (written, False, Problem.FORM)


@pytest.mark.parametrize("code", ["0499370899", "0790419904", "0084575948", "0963695398", "1583250689", "0650451252"])
def test_national_codes_that_are_published_as_sound(code):
    assert normalise("national_id", code) == (code, True, Problem.NONE)
    assert normalise("national_id", code.lstrip("0")) == (code, True, Problem.NONE)
    assert normalise("national_id", f" {code[:3]}-{code[3:9]}-{code[9]}") == (code, True, Problem.NONE)


@for_all(digits=st.text("0123456789", min_size=9, max_size=9), data=st.data())
def test_one_wrong_digit_is_seen_in_a_national_code(digits, data):
    """But for codes that end in 1: the published rule gives that digit to two remainders, 1 and 10."""
    sound = [code for last in range(10) if normalise("national_id", code := f"{digits}{last}").is_valid]
    assert len(sound) <= 1
    for code in sound:
        assert normalise("national_id", in_scripts(code, data)).value == code
        place, digit = data.draw(st.integers(0, 9)), data.draw(st.sampled_from("0123456789"))
        changed = code[:place] + digit + code[place + 1 :]
        seen = not normalise("national_id", changed).is_valid
        assert seen or changed == code or (code[9] == "1" and place < 9)


@pytest.mark.parametrize(
    ("kind", "written", "problem"),
    [
        ("national_id", "1111111111", Problem.PLACEHOLDER),
        ("national_id", "0000000000", Problem.PLACEHOLDER),
        ("national_id", "0684159415", Problem.CHECK_DIGIT),
        ("national_id", "7731689", Problem.FORM),
        ("national_id", "77316899512", Problem.FORM),
        ("national_id", "049937089X", Problem.FORM),
        ("national_id", "", Problem.BLANK),
        ("legal_id", "11111111111", Problem.PLACEHOLDER),
        ("legal_id", "10380284792", Problem.CHECK_DIGIT),
        ("legal_id", "09748208301", Problem.CHECK_DIGIT),
        ("legal_id", "1038028479", Problem.FORM),
        ("messenger", "12345", Problem.FORM),
        ("customer_number", " ", Problem.BLANK),
        ("cookie", " ", Problem.BLANK),
    ],
)
def test_numbers_that_are_refused_are_kept_raw(kind, written, problem):
    assert normalise(kind, written) == (written.strip(), False, problem)


def test_legal_ids():
    assert normalise("legal_id", "۱۰۳۸۰۲۸۴۷۹۰") == ("10380284790", True, Problem.NONE)
    assert normalise("legal_id", "1038 028 4790") == ("10380284790", True, Problem.NONE)


def test_what_others_give_out_keeps_its_meaning():
    assert normalise("customer_number", " KD-۰۰۷ 7a").value == "KD-0077a"
    assert normalise("messenger", "Telegram: @Anna").value == "telegram:@anna"
    assert normalise("messenger", "telegram:۱۲AbC").value == "telegram:12AbC"
    assert normalise("cookie", " Ab۱ ").value == "Ab۱"


def test_known_spellings_say_what_the_rules_say_and_are_bounded():
    known = KnownSpellings("GB", size=2)

    assert known("phone", "020 8366 1177") == known("phone", "020 8366 1177") == normalise("phone", "02083661177", "GB")
    for number in range(5):
        known("cookie", str(number))
    assert len(known) == 2
    known.clear()
    assert len(known) == 0


def test_the_scripts_of_these_tests_are_digits():
    assert all([unicodedata.decimal(sign) for sign in script] == list(range(10)) for script in SCRIPTS)


@for_all(
    region=st.sampled_from(["IR", "DE", "GB", "FR", "JP", "AU", "CH", "TR", "KR", "EG"]),
    digits=st.from_regex(r"0[1-9][0-9]{5,13}", fullmatch=True)
    | st.from_regex(r"09[0-9]{9}", fullmatch=True)
    | st.from_regex(r"0(10|30|7[0-9]|20)[0-9]{7,8}", fullmatch=True),
)
def test_a_domestic_number_is_the_same_with_and_without_blanks(region, digits):
    plain, spaced = (normalise("phone", one, region) for one in (digits, f"0 {digits[1:]}"))

    assert plain.problem is spaced.problem
    assert plain.value == (spaced.value if spaced.is_valid else digits)
