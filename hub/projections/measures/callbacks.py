"""What reports tell of customers who asked to be called."""

from hub.projections import formulas
from hub.projections.measures.measure import Measure, Unit, count

CALLBACKS: tuple[Measure, ...] = (
    count(
        "callbacks",
        "Callbacks asked for",
        "درخواست تماس برگشتی",
        "Interactions whose customer asked to be called",
        "ارتباط‌هایی که مشتری خواست با او تماس بگیرند",
    ),
    count(
        "callbacks_kept",
        "Callbacks kept",
        "تماس برگشتی انجام‌شده",
        "Of these: customers who were reached",
        "از این‌ها: با مشتری گفت‌وگو شد",
    ),
    count(
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
        formulas.callbacks_kept,
    ),
)
