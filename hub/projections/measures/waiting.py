"""What reports tell of waiting: who came into a queue, what came of it, and how soon."""

from hub.projections import formulas
from hub.projections.measures.measure import Measure, Unit, count, mean


def _level(in_target: int, answered: int, abandoned: int, expired: int, short: int) -> float | None:
    return formulas.service_level(in_target, answered, abandoned + expired, short)


def _open(offered: int, answered: int, abandoned: int, expired: int) -> int:
    return offered - answered - abandoned - expired


def _wait(answered_ms: int, abandoned_ms: int, answered: int, abandoned: int) -> float | None:
    return formulas.mean((answered_ms + abandoned_ms) / 1000, answered + abandoned)


def _longest(longest_ms: int, answered: int, abandoned: int) -> float | None:
    return longest_ms / 1000 if answered + abandoned else None


WAITING: tuple[Measure, ...] = (
    count(
        "offered",
        "Offered",
        "واردشده به صف",
        "Interactions queued in the interval; each once, in the queue it entered first",
        "ارتباط‌هایی که در بازه وارد صف شدند؛ هر کدام یک بار، در نخستین صف",
    ),
    count(
        "answered",
        "Answered",
        "پاسخ‌داده‌شده",
        "Of the offered: accepted by an agent; of callbacks: the customer was reached",
        "از واردشده‌ها: کارشناسی پذیرفت؛ در تماس برگشتی: با مشتری گفت‌وگو شد",
    ),
    count(
        "abandoned",
        "Abandoned",
        "رهاشده",
        "Of the offered: left by the customer before anybody answered",
        "از واردشده‌ها: مشتری پیش از پاسخ رفت",
    ),
    count(
        "short_abandoned",
        "Abandoned at once",
        "رهاشدهٔ زودهنگام",
        "Of the abandoned: within the queue's short-abandon threshold",
        "از رهاشده‌ها: در آستانهٔ رهاکردن زودهنگام صف",
    ),
    count(
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
    count(
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
    count(
        "answered_in_target",
        "Answered in time",
        "پاسخ‌داده‌شده در زمان هدف",
        "Of the answered: within the queue's target",
        "از پاسخ‌داده‌شده‌ها: در زمان هدف صف",
    ),
    mean(
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
    mean(
        "first_response_s",
        "First response time",
        "زمان نخستین پاسخ",
        ("mean time from contact to answer, of the answered", "میانگین زمان از ارتباط تا پاسخ، در پاسخ‌داده‌شده‌ها"),
        "contact_to_answer_ms",
        "answered",
    ),
    mean(
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
)
