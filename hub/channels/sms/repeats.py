"""Whether a message came before: carriers name none, so it is told by what it says and by what its carrier was told."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from hub.channels.sms.book import Taken

MAY_BE_LOST = timedelta(seconds=5)
"""An answer that was given so shortly before its link broke may not have arrived."""
COMES_BACK = timedelta(minutes=10)
"""Within so long a carrier delivers again what it had no answer for, once the link is back."""

TRIED_FOR = timedelta(days=2)
"""For so long carriers try to deliver what is not taken; later it is the customer who says the same."""


def came_before(
    before: Iterable[Taken], session: str, now: datetime, under_way: Collection[str], ends: dict[str, float]
) -> Taken | None:
    """Which of those with the same content it is, the oldest first; None: it is new. `under_way`: those that this
    session is being answered; `ends`: when sessions ended that did so before our eyes."""
    known = list(before)
    for one in known:
        if one.answered_at is None and one.contact_id not in under_way and now - one.at <= TRIED_FOR:
            return one
    for one in known:
        if one.answered_at is not None and one.session != session and _may_be_unheard(one, now, ends):
            return one
    return None


def _may_be_unheard(one: Taken, now: datetime, ends: dict[str, float]) -> bool:
    answered = one.answered_at or 0.0
    ended = ends.get(one.session, answered)
    return ended - answered <= MAY_BE_LOST.total_seconds() and now.timestamp() - answered <= COMES_BACK.total_seconds()
