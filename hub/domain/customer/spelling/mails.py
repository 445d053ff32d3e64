"""Mail addresses in one spelling: lower case, and domains as the name system writes them."""

import re
import unicodedata

import idna

from hub.domain.customer.spelling.spelling import Problem, Spelling, kept, proper

_LOCAL = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\].]+(?:\.[^\s\x00-\x20\x7f\"(),:;<>@\[\\\].]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def mail(written: str) -> Spelling:
    """Local part and domain in lower case, the domain in ASCII (`xn--…`). What stands after a plus stays: only the
    owner of the domain knows whether that is the same mailbox. `Name <address>` is the address."""
    seen = written if written.isascii() else "".join(sign for sign in written if unicodedata.category(sign) != "Cf")
    text = seen.strip()
    if not text:
        return kept(written, Problem.BLANK)
    if text.endswith(">"):
        text = text[:-1].rpartition("<")[2].strip()
    local, _, domain = text.rpartition("@")
    local = local.lower() if local.isascii() else unicodedata.normalize("NFC", local.lower())
    spelled = _ascii(domain)
    if len(local.encode(errors="replace")) > 64 or not _LOCAL.fullmatch(local) or not spelled:
        return kept(written, Problem.FORM)
    return proper(f"{local}@{spelled}")


def _ascii(domain: str) -> str:
    """A domain name in ASCII and lower case; empty if it is none."""
    domain = domain.lower().removesuffix(".")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            return ""
    return domain if len(domain) <= 253 and _DOMAIN.fullmatch(domain) else ""
