"""A day as people write it: in the calendar of the language, with its digits."""

from datetime import date, time

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
_JALALI = ("fa",)
"""Languages whose dates are told by the Solar Hijri calendar."""
_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
"""Days of a Gregorian year before each month."""
_CYCLE, _FOUR = 12_053, 1_461
"""Days of 33 years, of which 8 are leap years, and of 4."""


def jalali(day: date) -> tuple[int, int, int]:
    """Year, month and day of the Solar Hijri calendar, by the cycle of 33 years: right from 1800 to 2100 at least."""
    leap_from = day.year + 1 if day.month > 2 else day.year
    days = (
        355_666 + 365 * day.year + (leap_from + 3) // 4 - (leap_from + 99) // 100 + (leap_from + 399) // 400
        + day.day + _BEFORE[day.month - 1]
    )  # fmt: skip
    year, days = -1595 + 33 * (days // _CYCLE), days % _CYCLE
    year, days = year + 4 * (days // _FOUR), days % _FOUR
    if days > 365:
        year, days = year + (days - 1) // 365, (days - 1) % 365
    if days < 186:
        return year, 1 + days // 31, 1 + days % 31
    return year, 7 + (days - 186) // 30, 1 + (days - 186) % 30


def day_in(language: str, day: date) -> str:
    """A day in words of the language; where it is not known, as 2026-01-05."""
    if _is_jalali(language):
        year, month, number = jalali(day)
        return f"{number} {_MONTHS[month - 1]} {year}".translate(_PERSIAN)
    if language.partition("-")[0].lower() == "en":
        return f"{day.day} {day:%B} {day.year}"
    return day.isoformat()


def time_in(language: str, moment: time) -> str:
    """Hours and minutes, with the digits of the language."""
    return digits_in(language, f"{moment:%H:%M}")


def digits_in(language: str, text: str) -> str:
    """A text with the digits of the language: those of a number, a time, a code."""
    return text.translate(_PERSIAN) if _is_jalali(language) else text


def _is_jalali(language: str) -> bool:
    return language.partition("-")[0].lower() in _JALALI
