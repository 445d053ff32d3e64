"""One spelling for what people write into a profile field, and why it can't be taken."""

import re
from collections.abc import Callable, Mapping

from hub.domain.customer.identity import Spell
from hub.domain.customer.normalise import normalise
from hub.domain.errors import InvalidError
from hub.paths.policy.profile_fields import LONGEST_TEXT, FieldType, ProfileField, date_of

_INTEGER = re.compile(r"[+-]?[0-9]{1,16}")
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
"""Persian and Arabic digits, as people type numbers and dates."""
_LARGEST = 2**53 - 1
_YES_NO = {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}


def spelled(field: ProfileField, written: str, spell: Spell = normalise) -> str:
    """The value as it is stored, phone numbers and mail addresses as `spell` writes them; nothing but blanks clears the
    field: an empty text. Raises InvalidError that names the field."""
    text = written.strip()
    if not text:
        return ""
    try:
        kind = _IDENTIFIERS.get(field.type)
        return _SPELL[field.type](field, text) if kind is None else _identifier(kind, text, spell)
    except ValueError as error:
        raise InvalidError(f"{field.label or field.name}: {error}", f"fields.{field.name}") from None


def _text(field: ProfileField, text: str) -> str:
    longest = field.longest or LONGEST_TEXT
    if len(text) > longest:
        raise ValueError(f"{len(text)} characters, at most {longest} are taken")
    if field.pattern is not None and not re.fullmatch(field.pattern, text):
        raise ValueError(f"is not of the form {field.pattern}")
    return text


def _integer(field: ProfileField, text: str) -> str:
    plain = text.translate(_DIGITS)
    if not _INTEGER.fullmatch(plain) or abs(number := int(plain)) > _LARGEST:
        raise ValueError("is no whole number: write digits only")
    if field.at_least is not None and number < field.at_least:
        raise ValueError(f"{number} is less than {field.at_least}")
    if field.at_most is not None and number > field.at_most:
        raise ValueError(f"{number} is more than {field.at_most}")
    return str(number)


def _date(field: ProfileField, text: str) -> str:
    day = date_of(text.translate(_DIGITS)).isoformat()
    if field.earliest is not None and day < field.earliest:
        raise ValueError(f"{day} is before {field.earliest}")
    if field.latest is not None and day > field.latest:
        raise ValueError(f"{day} is after {field.latest}")
    return day


def _choice(field: ProfileField, text: str) -> str:
    if text not in field.choices:
        raise ValueError(f"{text!r} is not one of {', '.join(field.choices)}")
    return text


def _yes_no(_: ProfileField, text: str) -> str:
    found = _YES_NO.get(text.translate(_DIGITS).lower())
    if found is None:
        raise ValueError("write yes or no")
    return found


def _identifier(kind: str, text: str, spell: Spell) -> str:
    spelling = spell(kind, text)
    if not spelling.is_valid:
        raise ValueError(f"is no {kind}: {spelling.problem.replace('_', ' ')}")
    return spelling.value


_SPELL: Mapping[FieldType, Callable[[ProfileField, str], str]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
    FieldType.MONEY: _integer,
    FieldType.YES_NO: _yes_no,
}
_IDENTIFIERS = {FieldType.PHONE: "phone", FieldType.MAIL: "email"}
