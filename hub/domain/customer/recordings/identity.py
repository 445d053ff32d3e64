"""The names of recordings: each tells in whose stream it stands."""

from hub.domain.customer.identity import CUSTOMER

_RECORDING = "recording-"


def recording_id(customer: str, number: int) -> str:
    """The `number`-th recording in this customer's stream, counted from 1."""
    return f"{_RECORDING}{customer.removeprefix(CUSTOMER)}-{number}"


def customer_of_recording(recording: str) -> str:
    """The stream a recording stands in; empty if the text names none."""
    head, _, number = recording.removeprefix(_RECORDING).rpartition("-")
    return CUSTOMER + head if recording.startswith(_RECORDING) and head and number.isdecimal() else ""
