"""Phone numbers in E.164, as the public numbering plans say, wherever and in whatever digits they were written."""

import re
from functools import cache
from typing import NamedTuple

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    REGION_CODE_FOR_NON_GEO_ENTITY,
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberDesc,
    PhoneNumberFormat,
    format_number,
    is_valid_number,
    national_significant_number,
    parse,
)

from hub.domain.customer.spelling.spelling import Problem, Spelling, kept, plain, proper

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DOMESTIC = re.compile(r"0[1-9][0-9]{5,13}")
_WRITTEN = re.compile(
    r"(?:tel:)?(?P<number>[+＋]?[0-9\s().\[\]\-‐-―−]+?)"
    r"(?:\s*(?:;ext=|,?\s*ext\.?|,?\s*x|#|داخلی)\s*(?P<extension>[0-9]{1,7}))?",
    re.IGNORECASE,
)
_WITHHELD = frozenset(
    ("anonymous", "blocked", "no caller id", "private", "private number", "restricted", "unavailable", "unknown",
     "withheld", "withheld number", "ناشناس", "نامشخص", "مخفی", "خصوصی", "بدون شماره")
)  # fmt: skip


def is_region(region: str) -> bool:
    """Whether there is a numbering plan of this region: two capital letters as in ISO 3166."""
    return region in SUPPORTED_REGIONS


def phone(written: str, region: str) -> Spelling:
    """`region` (two letters) is where numbers without a country code belong. An extension is a number of its own:
    `+982188776655;ext=12`."""
    if _E164.fullmatch(written) and is_proper(written):
        return proper(written)
    text = plain(written)
    if not text:
        return kept(written, Problem.BLANK)
    if _DOMESTIC.fullmatch(text) and (domestic := _domestic(text, region)):
        return proper(domestic)
    shape = _WRITTEN.fullmatch(text)
    if shape is None:
        return kept(written, Problem.WITHHELD if text.casefold() in _WITHHELD else Problem.FORM)
    try:
        number = parse(shape["number"], region)
    except NumberParseException:
        return kept(written, Problem.NOT_IN_USE)
    if not is_valid_number(number):
        return kept(written, Problem.NOT_IN_USE)
    extension = f";ext={shape['extension']}" if shape["extension"] else ""
    return proper(format_number(number, PhoneNumberFormat.E164) + extension)


def core(e164: str) -> str:
    """The digits of a proper number that stand in it however it is written: without what is dialled before them from
    within the country or from outside."""
    return national_significant_number(parse(e164))


def _domestic(digits: str, region: str) -> str:
    """A number with the 0 that is dialled before it within the region, in E.164 if it is valid: a fraction of the cost
    of parsing it. Empty: parsing must tell."""
    code, abroad = _dialling(region)
    if not code or abroad.match(digits):
        return ""
    e164 = f"+{code}{digits[1:]}"
    return e164 if is_proper(e164) else ""


def is_proper(e164: str) -> bool:
    """Whether a number is valid as it stands: a fraction of the cost of parsing it. False: parsing must tell."""
    for end in (2, 3, 4):
        plan = _plan(int(e164[1:end]))
        if plan is None:
            continue
        national = e164[end:]
        if national.startswith("0") or (plan.trunk and plan.trunk.match(national)):
            return False
        if plan.sound is not None:
            return plan.sound.match(national) is not None
        return bool(is_valid_number(PhoneNumber(country_code=plan.code, national_number=int(national))))
    return False


class _Plan(NamedTuple):
    """What a country's numbering plan asks of a number. `trunk`: what is dialled before numbers and is no part of them;
    `sound`: all that is valid, where the code is one country's alone; None: the library must tell."""

    code: int
    trunk: re.Pattern[str] | None
    sound: re.Pattern[str] | None


@cache
def _dialling(region: str) -> tuple[int, re.Pattern[str]]:
    """The country code of a region, and what is dialled first to reach another one; 0: its numbers are not dialled with
    a 0 before them."""
    plan = PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.national_prefix_for_parsing != "0":
        return 0, re.compile("")
    return plan.country_code or 0, re.compile(plan.international_prefix or "")


@cache
def _plan(code: int) -> _Plan | None:
    """None: no country has the code."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(code)
    if regions is None:
        return None
    is_nowheres = regions[0] == REGION_CODE_FOR_NON_GEO_ENTITY
    plan = (
        PhoneMetadata.metadata_for_nongeo_region(code) if is_nowheres else PhoneMetadata.metadata_for_region(regions[0])
    )
    trunk = plan.national_prefix_for_parsing if plan else None
    sound = None if plan is None or is_nowheres or len(regions) > 1 else _sound(plan)
    return _Plan(code, re.compile(trunk) if trunk else None, sound)


def _sound(plan: PhoneMetadata) -> re.Pattern[str]:
    """Valid is what has the general form and that of one kind of number, as `is_valid_number` looks for one after the
    other."""
    kinds = (
        plan.premium_rate, plan.toll_free, plan.shared_cost, plan.voip, plan.personal_number, plan.pager, plan.uan,
        plan.voicemail, plan.fixed_line, plan.mobile,
    )  # fmt: skip
    return re.compile(rf"(?={_form(plan.general_desc)})(?:{'|'.join(_form(kind) for kind in kinds)})")


def _form(of: PhoneNumberDesc | None) -> str:
    if of is None or not of.national_number_pattern:
        return "(?!)"
    lengths = "|".join(f"[0-9]{{{length}}}" for length in of.possible_length)
    return (rf"(?=(?:{lengths})\Z)" if lengths else "") + rf"(?:{of.national_number_pattern})\Z"
