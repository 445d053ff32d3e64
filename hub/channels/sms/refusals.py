"""Why a message did not leave, or did not arrive, in words for the agent who wrote it; carriers say it in codes."""

from hub.channels.sms.pdu import Status


def declined(status: int) -> str:
    """Of what a carrier answers to a message."""
    code = f"0x{status:02x}"
    match status:
        case 0x0A:
            return f"the carrier does not let us send from our number ({code})"
        case 0x0B:
            return f"the carrier knows no such number ({code})"
        case Status.QUEUE_FULL | Status.THROTTLED:
            return f"the carrier took no more messages just then ({code})"
        case Status.SYSTEM_ERROR | Status.TRY_LATER:
            return f"the carrier could not take it just then ({code})"
        case _:
            return f"the carrier declined it ({code})"


def not_arrived(state: str, error: str) -> str:
    """Of a receipt: its state, and the carrier's own code."""
    code = _code(state, error)
    match state.upper():
        case "EXPIRED":
            return f"the phone could not be reached in time ({code})"
        case "REJECTD" | "REJECTED":
            return f"the carrier or the phone declined it ({code})"
        case "DELETED":
            return f"the carrier deleted it before it arrived ({code})"
        case _:
            return f"it could not be delivered ({code})"


def _code(state: str, error: str) -> str:
    number = error.split(" ", maxsplit=1)[0]
    return f"{state} {number}" if number.strip("0") else state
