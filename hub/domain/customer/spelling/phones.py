"""Phone numbers in E.164, as the public numbering plans say, wherever and in whatever digits they were written."""

import re

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    REGION_CODE_FOR_NON_GEO_ENTITY,
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
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
    if _E164.fullmatch(written) and _is_proper(written):
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
    """A number with the 0 that is dialled before it within the region, in E.164 if it is valid: a third of the cost of
    parsing it. Empty: parsing must tell."""
    plan = PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.national_prefix_for_parsing != "0" or re.match(plan.international_prefix or "", digits):
        return ""
    e164 = f"+{plan.country_code}{digits[1:]}"
    return e164 if _is_proper(e164) else ""


def _is_proper(e164: str) -> bool:
    """Whether a number is valid as it stands: a quarter of the cost of parsing it. False: parsing must tell."""
    for end in (2, 3, 4):
        code = int(e164[1:end])
        regions = COUNTRY_CODE_TO_REGION_CODE.get(code)
        if regions is None:
            continue
        plan = (
            PhoneMetadata.metadata_for_nongeo_region(code)
            if regions[0] == REGION_CODE_FOR_NON_GEO_ENTITY
            else PhoneMetadata.metadata_for_region(regions[0])
        )
        national, trunk = e164[end:], plan.national_prefix_for_parsing if plan else None
        if national.startswith("0") or (trunk and re.match(trunk, national)):
            return False
        return bool(is_valid_number(PhoneNumber(country_code=code, national_number=int(national))))
    return False
