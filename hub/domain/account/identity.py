"""Where an account's stream has its name from, so that any process finds it without an index."""

from hub.domain.errors import InvalidError
from hub.domain.ids import derive

ACCOUNT = "account-"
"""What the name of every account's stream begins with, and of no other."""
ACCOUNT_KINDS = ("legal_id", "account_number")
"""What names an organisation: its legal id, or the number we know it by."""


def account_id(key: bytes, kind: str, value: str) -> str:
    """The stream of the organisation with this normalised identifier; `key` is the installation's. InvalidError for
    an identifier that names no organisation."""
    if kind not in ACCOUNT_KINDS:
        raise InvalidError(f"a {kind} names no account: use one of {', '.join(ACCOUNT_KINDS)}", "kind")
    if not value:
        raise InvalidError(f"this {kind} is blank: an account needs one", "value")
    return ACCOUNT + derive(key, "account", kind, value)
