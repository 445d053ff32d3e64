"""What reports tell of work: how long it takes, and how it passes from hand to hand."""

from hub.projections import formulas
from hub.projections.measures.measure import Measure, Unit, count, mean


def _handle(talk_ms: int, hold_ms: int, wrap_up_ms: int, handled: int) -> float | None:
    return formulas.aht((talk_ms + hold_ms + wrap_up_ms) / 1000, handled)


HANDLING: tuple[Measure, ...] = (
    count(
        "handled",
        "Handled",
        "انجام‌شده",
        "Interactions whose wrap-up is completed",
        "ارتباط‌هایی که کار پس از گفت‌وگوی آن‌ها تمام شد",
    ),
    Measure(
        "aht_s",
        Unit.SECONDS,
        "Average handle time",
        "میانگین زمان رسیدگی",
        "(talk + hold + wrap-up) / handled",
        "(گفت‌وگو + نگه‌داشتن + کار پس از گفت‌وگو) / انجام‌شده",
        ("talk_ms", "hold_ms", "wrap_up_ms", "handled"),
        _handle,
    ),
    mean(
        "talk_s",
        "Average talk time",
        "میانگین زمان گفت‌وگو",
        ("talk time / handled", "زمان گفت‌وگو / انجام‌شده"),
        "talk_ms",
        "handled",
    ),
    mean(
        "hold_s",
        "Average hold time",
        "میانگین زمان نگه‌داشتن",
        ("time on hold / handled", "زمان نگه‌داشتن / انجام‌شده"),
        "hold_ms",
        "handled",
    ),
    mean(
        "wrap_up_s",
        "Average wrap-up",
        "میانگین کار پس از گفت‌وگو",
        ("wrap-up time / handled", "زمان کار پس از گفت‌وگو / انجام‌شده"),
        "wrap_up_ms",
        "handled",
    ),
    count("offers", "Offers to agents", "ارجاع‌ها", "Offers made to agents", "ارجاع‌های داده‌شده به کارشناسان"),
    count("declined", "Declined offers", "ارجاع‌های ردشده", "Offers an agent declined", "ارجاع‌هایی که کارشناس رد کرد"),
    count(
        "timed_out",
        "Offers not answered (RONA)",
        "ارجاع‌های بی‌پاسخ",
        "Offers an agent let time out",
        "ارجاع‌هایی که کارشناس در مهلت پاسخ نداد",
    ),
    Measure(
        "non_response",
        Unit.SHARE,
        "Agent non-response",
        "نرخ ارجاع بی‌پاسخ",
        "offers not answered / offers",
        "ارجاع بی‌پاسخ / ارجاع‌ها",
        ("timed_out", "offers"),
        formulas.non_response,
    ),
    count("transfers", "Transfers", "انتقال‌ها", "Times an interaction was transferred", "دفعات انتقال ارتباط"),
    count(
        "transferred",
        "Transferred",
        "انتقال‌یافته",
        "Interactions transferred at least once",
        "ارتباط‌هایی که دست‌کم یک بار منتقل شدند",
    ),
    Measure(
        "transfer_rate",
        Unit.SHARE,
        "Transfer rate",
        "نرخ انتقال",
        "transferred / answered",
        "انتقال‌یافته / پاسخ‌داده‌شده",
        ("transferred", "answered"),
        formulas.transfer_rate,
    ),
    count(
        "moved",
        "Moved",
        "جابه‌جاشده",
        "Times an interaction was moved to another queue while it waited",
        "دفعات جابه‌جایی به صف دیگر هنگام انتظار",
    ),
    count("parked", "Parked", "کنارگذاشته", "Times an interaction was parked", "دفعات کنارگذاشتن ارتباط"),
    count(
        "reopened",
        "Reopened",
        "بازگشوده",
        "Interactions opened again by their customer",
        "ارتباط‌هایی که مشتری دوباره گشود",
    ),
)
