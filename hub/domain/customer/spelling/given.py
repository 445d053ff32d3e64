"""Identifiers that others give out and only they can check: customer numbers, messenger ids, chat cookies."""

import re

from hub.domain.customer.spelling.spelling import Problem, Spelling, kept, plain, proper

_BLANKS = re.compile(r"\s+")
_MESSENGER = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\s*:\s*(\S+)")


def customer_number(written: str) -> Spelling:
    """Digits as 0 to 9, no blanks. Capitals, leading zeros and hyphens stay: they may tell two customers apart."""
    number = _BLANKS.sub("", plain(written))
    return proper(number) if number else kept(written, Problem.BLANK)


def messenger(written: str) -> Spelling:
    """`network:id`. The network is in lower case, and so is an id that is a user name (`@Anna`); other ids stay."""
    text = plain(written)
    if not text:
        return kept(written, Problem.BLANK)
    parts = _MESSENGER.fullmatch(text)
    if parts is None:
        return kept(written, Problem.FORM)
    network, who = parts.groups()
    return proper(f"{network.lower()}:{who.lower() if who.startswith('@') else who}")


def opaque(written: str) -> Spelling:
    """Cookies, tickets and kinds nobody told the hub of: every sign counts, but for blanks around them."""
    value = written.strip()
    return proper(value) if value else kept(written, Problem.BLANK)
