"""What somebody who says what a profile field holds makes happen."""

from datetime import datetime

from hub.domain.contact import utc
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.customer.profile.state import Profile
from hub.domain.errors import InvalidError

LONGEST_VALUE = 2_000
LONGEST_PATH = 64


def change(
    profile: Profile, field: str, value: str, path: str, *, at: datetime, now: datetime, actor: str, causation: str
) -> list[ProfileFieldChanged]:
    """`value` as the field's type spells it; empty: the field is cleared. Nothing to do where it holds that already."""
    if at > now:
        raise InvalidError("this time is still to come: say when it was said", "at")
    if len(value) > LONGEST_VALUE:
        raise InvalidError(f"at most {LONGEST_VALUE} characters", f"fields.{field}")
    if len(path) > LONGEST_PATH:
        raise InvalidError(f"at most {LONGEST_PATH} characters", "path")
    known = profile.fields.get(field)
    if (known is None and not value) or (known is not None and (known.value, known.is_cleared) == (value, not value)):
        return []
    return [
        ProfileFieldChanged(
            at=utc(at), recorded_at=now, causation=causation, actor=actor,
            field=field, value=value, path=path, is_cleared=not value,
        )
    ]  # fmt: skip
