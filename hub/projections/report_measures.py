"""What reports tell: each figure once, with its definition in words and its formula."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.projections import formulas

Sums = Mapping[str, int | None]
"""By column; None: it can't be told apart as it was asked for."""
Value = int | float | None


class Unit(StrEnum):
    """What a figure is counted in."""

    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of reports. `needs`: the sums it is made of; where one of them is unknown, so is the figure."""

    slug: str
    unit: Unit
    name_en: str
    name_fa: str
    formula_en: str
    formula_fa: str
    needs: tuple[str, ...]
    of: Callable[..., Value]

    def value(self, sums: Sums) -> Value:
        """Of these sums."""
        given = [sums.get(one) for one in self.needs]
        return None if None in given else self.of(*given)


def _same(count: int) -> int:
    return count


def _seconds(total_ms: int, count: int) -> float | None:
    return formulas.mean(total_ms / 1000, count)


def _share(part: int, whole: int) -> float | None:
    return formulas.mean(part, whole)


def _count(slug: str, en: str, fa: str, what_en: str, what_fa: str, column: str = "") -> Measure:
    return Measure(slug, Unit.COUNT, en, fa, what_en, what_fa, (column or slug,), _same)


def _mean(slug: str, en: str, fa: str, words: tuple[str, str], total: str, count: str) -> Measure:
    return Measure(slug, Unit.SECONDS, en, fa, *words, (total, count), _seconds)


def _level(in_target: int, answered: int, abandoned: int, expired: int, short: int) -> float | None:
    return formulas.service_level(in_target, answered, abandoned + expired, short)


def _open(offered: int, answered: int, abandoned: int, expired: int) -> int:
    return offered - answered - abandoned - expired


def _wait(answered_ms: int, abandoned_ms: int, answered: int, abandoned: int) -> float | None:
    return formulas.mean((answered_ms + abandoned_ms) / 1000, answered + abandoned)


def _longest(longest_ms: int, answered: int, abandoned: int) -> float | None:
    return longest_ms / 1000 if answered + abandoned else None


def _handle(talk_ms: int, hold_ms: int, wrap_up_ms: int, handled: int) -> float | None:
    return formulas.aht((talk_ms + hold_ms + wrap_up_ms) / 1000, handled)


def _kept(kept: int, missed: int) -> float | None:
    return formulas.callbacks_kept(kept, missed)


MEASURES: tuple[Measure, ...] = (
    _count(
        "offered",
        "Offered",
        "واردشده به صف",
        "Interactions queued in the interval; each once, in the queue it entered first",
        "ارتباط‌هایی که در بازه وارد صف شدند؛ هر کدام یک بار، در نخستین صف",
    ),
    _count(
        "answered",
        "Answered",
        "پاسخ‌داده‌شده",
        "Of the offered: accepted by an agent; of callbacks: the customer was reached",
        "از واردشده‌ها: کارشناسی پذیرفت؛ در تماس برگشتی: با مشتری گفت‌وگو شد",
    ),
    _count(
        "abandoned",
        "Abandoned",
        "رهاشده",
        "Of the offered: left by the customer before anybody answered",
        "از واردشده‌ها: مشتری پیش از پاسخ رفت",
    ),
    _count(
        "short_abandoned",
        "Abandoned at once",
        "رهاشدهٔ زودهنگام",
        "Of the abandoned: within the queue's short-abandon threshold",
        "از رهاشده‌ها: در آستانهٔ رهاکردن زودهنگام صف",
    ),
    _count(
        "expired",
        "Expired",
        "منقضی",
        "Of the offered: over without an agent, as long as the policy lets them wait",
        "از واردشده‌ها: بی پاسخ کارشناس پایان یافت",
    ),
    Measure(
        "open",
        Unit.COUNT,
        "Open",
        "باز",
        "offered - answered - abandoned - expired",
        "واردشده − پاسخ‌داده‌شده − رهاشده − منقضی",
        ("offered", "answered", "abandoned", "expired"),
        _open,
    ),
    _count(
        "refused",
        "Refused",
        "نپذیرفته",
        "Contacts that found no place to wait; they are not offered",
        "ارتباط‌هایی که جایی برای انتظار نیافتند؛ در واردشده‌ها نیستند",
    ),
    Measure(
        "service_level",
        Unit.SHARE,
        "Service level",
        "سطح خدمت",
        "answered in time / (answered + abandoned + expired - abandoned at once); of one queue by its own variant",
        "پاسخ‌داده‌شده در زمان هدف صف / (پاسخ‌داده‌شده + رهاشده + منقضی − رهاشدهٔ زودهنگام)",
        ("answered_in_target", "answered", "abandoned", "expired", "short_abandoned"),
        _level,
    ),
    _count(
        "answered_in_target",
        "Answered in time",
        "پاسخ‌داده‌شده در زمان هدف",
        "Of the answered: within the queue's target",
        "از پاسخ‌داده‌شده‌ها: در زمان هدف صف",
    ),
    _mean(
        "asa_s",
        "Average speed of answer",
        "میانگین زمان پاسخ",
        ("mean wait of the answered, from queued to accepted", "میانگین انتظار پاسخ‌داده‌شده‌ها، از ورود به صف تا پذیرش"),
        "answered_wait_ms",
        "answered",
    ),
    Measure(
        "wait_avg_s",
        Unit.SECONDS,
        "Average wait",
        "میانگین انتظار",
        "mean wait of the answered and the abandoned",
        "میانگین انتظار پاسخ‌داده‌شده‌ها و رهاشده‌ها",
        ("answered_wait_ms", "abandoned_wait_ms", "answered", "abandoned"),
        _wait,
    ),
    Measure(
        "wait_max_s",
        Unit.SECONDS,
        "Longest wait",
        "بیشترین انتظار",
        "longest wait of the answered and the abandoned",
        "بیشترین انتظار پاسخ‌داده‌شده‌ها و رهاشده‌ها",
        ("wait_max_ms", "answered", "abandoned"),
        _longest,
    ),
    _mean(
        "first_response_s",
        "First response time",
        "زمان نخستین پاسخ",
        ("mean time from contact to answer, of the answered", "میانگین زمان از ارتباط تا پاسخ، در پاسخ‌داده‌شده‌ها"),
        "contact_to_answer_ms",
        "answered",
    ),
    _mean(
        "resolution_s",
        "Resolution time",
        "زمان حل",
        (
            "mean time from contact to the end of the conversation, of those that are over",
            "میانگین زمان از ارتباط تا پایان گفت‌وگو، در پایان‌یافته‌ها",
        ),
        "contact_to_end_ms",
        "ended",
    ),
    Measure(
        "abandonment_rate",
        Unit.SHARE,
        "Abandonment rate",
        "نرخ رهاکردن",
        "abandoned / offered",
        "رهاشده / واردشده",
        ("abandoned", "offered"),
        formulas.abandonment_rate,
    ),
    _count(
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
    _mean(
        "talk_s",
        "Average talk time",
        "میانگین زمان گفت‌وگو",
        ("talk time / handled", "زمان گفت‌وگو / انجام‌شده"),
        "talk_ms",
        "handled",
    ),
    _mean(
        "hold_s",
        "Average hold time",
        "میانگین زمان نگه‌داشتن",
        ("time on hold / handled", "زمان نگه‌داشتن / انجام‌شده"),
        "hold_ms",
        "handled",
    ),
    _mean(
        "wrap_up_s",
        "Average wrap-up",
        "میانگین کار پس از گفت‌وگو",
        ("wrap-up time / handled", "زمان کار پس از گفت‌وگو / انجام‌شده"),
        "wrap_up_ms",
        "handled",
    ),
    _count("offers", "Offers to agents", "ارجاع‌ها", "Offers made to agents", "ارجاع‌های داده‌شده به کارشناسان"),
    _count("declined", "Declined offers", "ارجاع‌های ردشده", "Offers an agent declined", "ارجاع‌هایی که کارشناس رد کرد"),
    _count(
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
    _count("transfers", "Transfers", "انتقال‌ها", "Times an interaction was transferred", "دفعات انتقال ارتباط"),
    _count(
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
    _count(
        "moved",
        "Moved",
        "جابه‌جاشده",
        "Times an interaction was moved to another queue while it waited",
        "دفعات جابه‌جایی به صف دیگر هنگام انتظار",
    ),
    _count("parked", "Parked", "کنارگذاشته", "Times an interaction was parked", "دفعات کنارگذاشتن ارتباط"),
    _count(
        "reopened",
        "Reopened",
        "بازگشوده",
        "Interactions opened again by their customer",
        "ارتباط‌هایی که مشتری دوباره گشود",
    ),
    _count(
        "callbacks",
        "Callbacks asked for",
        "درخواست تماس برگشتی",
        "Interactions whose customer asked to be called",
        "ارتباط‌هایی که مشتری خواست با او تماس بگیرند",
    ),
    _count(
        "callbacks_kept",
        "Callbacks kept",
        "تماس برگشتی انجام‌شده",
        "Of these: customers who were reached",
        "از این‌ها: با مشتری گفت‌وگو شد",
    ),
    _count(
        "callbacks_missed",
        "Callbacks missed",
        "تماس برگشتی ناموفق",
        "Of these: customers given up after the last attempt",
        "از این‌ها: پس از آخرین کوشش رها شد",
    ),
    Measure(
        "callbacks_kept_rate",
        Unit.SHARE,
        "Callbacks kept, share",
        "نرخ تماس برگشتی انجام‌شده",
        "kept / (kept + missed)",
        "انجام‌شده / (انجام‌شده + ناموفق)",
        ("callbacks_kept", "callbacks_missed"),
        _kept,
    ),
    _count(
        "contacts_in",
        "Contacts in",
        "ارتباط‌های ورودی",
        "Contacts that came; only by interval and channel",
        "ارتباط‌های دریافتی؛ تنها به تفکیک بازه و کانال",
    ),
    _count(
        "contacts_out",
        "Contacts out",
        "ارتباط‌های خروجی",
        "Contacts that were made; only by interval and channel",
        "ارتباط‌های ارسالی؛ تنها به تفکیک بازه و کانال",
    ),
    _count(
        "csat_answered",
        "Satisfaction answers",
        "پاسخ‌های رضایتمندی",
        "Answers to surveys of satisfaction asked in the interval; not by tier and stage",
        "پاسخ به نظرسنجی رضایتمندی بازه؛ نه به تفکیک ارزش و مرحله",
    ),
    Measure(
        "csat_mean",
        Unit.SCORE,
        "Satisfaction",
        "رضایتمندی",
        "mean of the answers, 1 to 5",
        "میانگین پاسخ‌ها، ۱ تا ۵",
        ("csat_sum", "csat_answered"),
        _share,
    ),
    Measure(
        "csat_satisfied",
        Unit.SHARE,
        "Satisfied",
        "سهم راضیان",
        "answers of 4 or 5 / answers",
        "پاسخ‌های ۴ و ۵ / پاسخ‌ها",
        ("csat_satisfied_count", "csat_answered"),
        _share,
    ),
    _count(
        "nps_answered",
        "Recommendation answers",
        "پاسخ‌های توصیه",
        "Answers to surveys of recommendation asked in the interval",
        "پاسخ به نظرسنجی توصیهٔ بازه",
    ),
    Measure(
        "nps",
        Unit.SCORE,
        "Net promoter score",
        "شاخص خالص توصیه",
        "100 x (promoters - detractors) / answers",
        "۱۰۰ × (توصیه‌کنندگان − بدگویان) / پاسخ‌ها",
        ("nps_promoters", "nps_detractors", "nps_answered"),
        formulas.net_promoter_score,
    ),
)
"""In the order they are shown."""
OF_CONTACTS = ("contacts_in", "contacts_out")
OF_SURVEYS = (
    "csat_answered", "csat_sum", "csat_satisfied_count", "nps_answered", "nps_promoters", "nps_detractors",
)  # fmt: skip
OF_NO_AGENT = (
    "offered", "abandoned", "short_abandoned", "abandoned_in_target", "expired", "refused", "moved", "reopened",
    "abandoned_wait_ms",
)  # fmt: skip
"""Sums of what no agent did: unknown where agents are told apart."""
