"""What reports tell of contacts, whichever work they are part of."""

from hub.projections.measures.measure import Measure, count

CONTACTS: tuple[Measure, ...] = (
    count(
        "contacts_in",
        "Contacts in",
        "ارتباط‌های ورودی",
        "Contacts that came; only by interval and channel",
        "ارتباط‌های دریافتی؛ تنها به تفکیک بازه و کانال",
    ),
    count(
        "contacts_out",
        "Contacts out",
        "ارتباط‌های خروجی",
        "Contacts that were made; only by interval and channel",
        "ارتباط‌های ارسالی؛ تنها به تفکیک بازه و کانال",
    ),
)
