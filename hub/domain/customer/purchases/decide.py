"""What somebody who tells of a purchase makes happen."""

import re
from dataclasses import dataclass
from datetime import datetime

from hub.domain.contact import Channel, utc
from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.customer.purchases.state import Purchase, Purchases
from hub.domain.errors import InvalidError, NotFoundError, RefusedError

LONGEST_ID = 200
LONGEST_REASON = 200
LARGEST_AMOUNT = 2**53 - 1
"""What every reader of JSON takes as it is."""
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class RecordPurchase:
    """Something was bought at `at`."""

    purchase_id: str
    at: datetime
    amount: int
    currency: str
    product: str = ""
    channel: str = ""


def record(
    purchases: Purchases, told: RecordPurchase, currency: str, *, now: datetime, actor: str, causation: str
) -> list[PurchaseRecorded]:
    """`currency`: that of the path policy, in which money is counted. Nothing to do for one that is recorded already.
    Raises InvalidError, and RefusedError for the id of another purchase."""
    _check(told, now)
    purchase = Purchase(utc(told.at), told.amount, told.currency, told.product, told.channel)
    known = purchases.made.get(told.purchase_id)
    if known is not None:
        different = [name for name in Purchase._fields[:-1] if getattr(known, name) != getattr(purchase, name)]
        if different:
            name = different[0]
            raise RefusedError(
                f"purchase {told.purchase_id!r} is recorded with {name} {getattr(known, name)}, not "
                f"{getattr(purchase, name)}: reverse it, then record the right one under another id"
            )
        return []
    if told.currency != currency:
        raise InvalidError(
            f"the path policy counts money in {currency}, not in {told.currency}: say what was paid in {currency}",
            "currency",
        )
    return [
        PurchaseRecorded(
            at=purchase.at, recorded_at=now, causation=causation, actor=actor,
            purchase_id=told.purchase_id, amount=told.amount, currency=told.currency,
            product=told.product, channel=told.channel,
        )
    ]  # fmt: skip


def reverse(
    purchases: Purchases, purchase_id: str, reason: str, *, now: datetime, actor: str, causation: str
) -> list[PurchaseReversed]:
    """Nothing to do for one that is reversed already. Raises NotFoundError."""
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise InvalidError(f"say why, in 1 to {LONGEST_REASON} characters that name nobody", "reason")
    known = purchases.made.get(purchase_id)
    if known is None:
        raise NotFoundError(f"there is no purchase {purchase_id!r} of this customer")
    if known.is_reversed:
        return []
    meta = {"at": now, "recorded_at": now}
    return [PurchaseReversed(**meta, causation=causation, actor=actor, purchase_id=purchase_id, reason=reason.strip())]


def _check(told: RecordPurchase, now: datetime) -> None:
    if not 0 < len(told.purchase_id) <= LONGEST_ID:
        raise InvalidError(f"name the purchase in 1 to {LONGEST_ID} characters", "purchase_id")
    if isinstance(told.amount, bool) or not isinstance(told.amount, int) or not 0 < told.amount <= LARGEST_AMOUNT:
        raise InvalidError(f"an amount is a whole number of units, 1 to {LARGEST_AMOUNT}", "amount")
    if not _CURRENCY.fullmatch(told.currency):
        raise InvalidError(f"{told.currency!r} is no currency: three capital letters such as IRR or EUR", "currency")
    if told.channel not in ("", *Channel):
        raise InvalidError(f"there is no channel {told.channel!r}: {', '.join(Channel)}", "channel")
    if told.at > now:
        raise InvalidError("this time is still to come: say when it was bought", "at")
