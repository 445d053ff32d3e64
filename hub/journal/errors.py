"""What can go wrong with the store as a whole; what goes wrong with one unit is in the ports."""

from hub.domain.errors import HubError


class StoreError(HubError):
    """The store failed: out of reach, full, damaged or busy for too long. A repeat is safe: contacts are recorded
    once by their id, events by stream and version."""


class NewerStoreError(HubError):
    """The store, or an event in it, was written by a newer version of the hub: this one can't read it."""


class StoredEventError(HubError):
    """An event in the store can't be read, or one can't be stored, as it stands."""


class StoreInUseError(HubError):
    """Somebody else works on the store and this needs it alone."""


class KeyFileError(HubError):
    """The installation key can't be read or made."""
