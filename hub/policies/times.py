"""Fields of a policy that are about time: zones, dates and parts of a day, and what is said of a wrong one."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainValidator

from hub.policies.hours import Span, spans_of, zone_of


def _time_zone(name: str) -> str:
    zone_of(name)
    return name


def _spans(written: object) -> tuple[Span, ...]:
    if isinstance(written, list) and all(isinstance(one, str) for one in written):
        return spans_of(written)
    raise ValueError(f'{written!r} is not a list of parts of a day: write it like ["08:00-12:00", "13:00-17:00"]')


def _date(written: object) -> date:
    if isinstance(written, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
        try:
            return date.fromisoformat(written)
        except ValueError:
            pass
    raise ValueError(f'{written!r} is no date: write it like "2027-03-21"')


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Spans = Annotated[tuple[Span, ...], PlainValidator(_spans)]
Day = Annotated[date, BeforeValidator(_date)]
