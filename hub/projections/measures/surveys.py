"""What reports tell of what customers said when they were asked how it was."""

from hub.projections import formulas
from hub.projections.measures.measure import Measure, Unit, count

SURVEYS: tuple[Measure, ...] = (
    count(
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
        formulas.mean,
    ),
    Measure(
        "csat_satisfied",
        Unit.SHARE,
        "Satisfied",
        "سهم راضیان",
        "answers of 4 or 5 / answers",
        "پاسخ‌های ۴ و ۵ / پاسخ‌ها",
        ("csat_satisfied_count", "csat_answered"),
        formulas.mean,
    ),
    count(
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
