"""The errors the hub raises on purpose: each says what was wrong, where, and what to do."""


class HubError(Exception):
    """Base of all errors of the hub. The message is written for the person who reads it."""


class InvalidError(HubError):
    """Input that can't be taken as it is. `field` names the place, dotted, empty if it is the whole; `code` what is
    wrong, for programs that say it in other words."""

    def __init__(self, message: str, field: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.code = code


class NotFoundError(HubError):
    """Something was named that does not exist."""


class RefusedError(HubError):
    """A command that the present state does not allow, such as accepting an offer that has expired. `field` as above,
    and `code` where one names what does not allow it."""

    def __init__(self, message: str, field: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.code = code


class ForgottenError(RefusedError):
    """Something was to be begun with a customer who was forgotten."""


class ConflictError(HubError):
    """Another writer was first on this stream: load it again and decide again."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"another writer was first on stream {stream}: load it again and decide again")
        self.stream = stream


class ContactConflictError(HubError):
    """A contact id came back with another body: ids are for ever, so the second is refused and set aside."""

    def __init__(self, contact_id: str) -> None:
        super().__init__(f"contact id {contact_id!r} is already recorded with another body: send it under a new id")
        self.contact_id = contact_id
