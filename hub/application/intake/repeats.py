"""How a repeat is recognised: by what stands for a contact beside its id, which tells nobody without the installation's
key what was in it. Short texts could be guessed from a plain hash, also after their customer was forgotten."""

import hmac

from hub.ports import ContactRow


def keyed(key: bytes, plain: bytes) -> bytes:
    """What is kept of a contact, of its plain hash."""
    return hmac.digest(key, plain, "sha256")


def is_repeat(key: bytes, row: ContactRow, recorded: ContactRow) -> bool:
    """Whether a contact, whose row is keyed, is what was recorded under its id. Older versions of the hub recorded the
    plain hash."""
    return row.body_hash in (recorded.body_hash, keyed(key, recorded.body_hash))
