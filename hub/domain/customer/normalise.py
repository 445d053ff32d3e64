"""Which rule writes which kind of identifier in its one spelling."""

from collections.abc import Callable
from functools import partial

from hub.domain.customer.spelling.given import customer_number, messenger, opaque
from hub.domain.customer.spelling.mails import mail
from hub.domain.customer.spelling.phones import phone
from hub.domain.customer.spelling.registered import legal_id, national_code
from hub.domain.customer.spelling.spelling import Spelling

DEFAULT_REGION = "IR"
"""Where phone numbers without a country code belong, unless the settings say otherwise."""

_RULES = {
    "customer_number": customer_number,
    "email": mail,
    "legal_id": legal_id,
    "messenger": messenger,
    "national_id": national_code,
}


def speller(region: str) -> Callable[[str, str], Spelling]:
    """`normalise` for an installation whose phone numbers without a country code belong in this region."""
    return partial(normalise, region=region)


def normalise(kind: str, value: str, region: str = DEFAULT_REGION) -> Spelling:
    """One spelling for one identifier, so that equal ones meet. What has none keeps the value it was brought with,
    marked with its problem: nothing is ever lost for being written strangely. Doing it again changes nothing."""
    if kind == "phone":
        return phone(value, region)
    return _RULES.get(kind, opaque)(value)
