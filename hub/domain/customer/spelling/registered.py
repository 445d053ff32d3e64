"""The numbers the state gives to people (national code) and organisations (legal id) in Iran, with their check digits.

National code: ten digits, the last modulo 11 with the weights 10 to 2, as published at
https://soroush.me/blog/tag/national-id-code-algorithm/. Leading zeros get lost where it is kept as a number: at most
two, as no place has the code 000. Legal id: eleven digits, the last modulo 11 with the weights 29, 27, 23, 19, 17
repeated, as in https://github.com/persian-tools/persian-tools (src/modules/legalId).
"""

import re

from hub.domain.customer.spelling.spelling import Problem, Spelling, kept, plain, proper

_SEPARATORS = re.compile(r"[\s\-‐-―−./]")
_LEGAL_WEIGHTS = (29, 27, 23, 19, 17) * 2


def national_code(written: str) -> Spelling:
    """A person's code (کد ملی), ten digits."""
    digits, refused = _digits(written, range(8, 11), 10)
    if refused:
        return refused
    if digits == digits[0] * 10 or digits.startswith("000") or digits[3:9] == "000000":
        return kept(written, Problem.PLACEHOLDER)
    rest = sum((10 - place) * int(digit) for place, digit in enumerate(digits[:9])) % 11
    sound = int(digits[9]) == (rest if rest < 2 else 11 - rest)
    return proper(digits) if sound else kept(written, Problem.CHECK_DIGIT)


def legal_id(written: str) -> Spelling:
    """An organisation's id (شناسه ملی), eleven digits."""
    digits, refused = _digits(written, range(11, 12), 11)
    if refused:
        return refused
    if digits == digits[0] * 11 or digits[3:9] == "000000":
        return kept(written, Problem.PLACEHOLDER)
    added = int(digits[9]) + 2
    total = sum((int(digit) + added) * weight for digit, weight in zip(digits, _LEGAL_WEIGHTS, strict=False))
    return proper(digits) if int(digits[10]) == total % 11 % 10 else kept(written, Problem.CHECK_DIGIT)


def _digits(written: str, lengths: range, width: int) -> tuple[str, Spelling | None]:
    """The digits, leading zeros restored; or why there are none."""
    digits = _SEPARATORS.sub("", plain(written))
    if not digits:
        return "", kept(written, Problem.FORM if written.strip() else Problem.BLANK)
    if not (digits.isascii() and digits.isdigit() and len(digits) in lengths):
        return "", kept(written, Problem.FORM)
    return digits.zfill(width), None
