"""The sums that the figures of a queue in an interval are made of."""

COLUMNS = (
    "offered", "answered", "abandoned", "short_abandoned", "answered_in_target", "abandoned_in_target", "expired",
    "answered_wait_ms", "abandoned_wait_ms", "handled", "talk_ms", "hold_ms", "wrap_up_ms",
    "offers", "declined", "timed_out", "rescinded", "ended", "contact_to_answer_ms", "contact_to_end_ms",
    "transfers", "transferred", "callbacks", "callbacks_kept", "callbacks_missed", "missed_calls", "refused", "parked",
    "moved", "reopened", "estimated", "estimate_error_ms", "estimate_off_ms",
)  # fmt: skip
OFFERED, ANSWERED, ABANDONED, SHORT, ANSWERED_IN, ABANDONED_IN, EXPIRED = range(7)
ANSWERED_WAIT, ABANDONED_WAIT, HANDLED, TALK, HOLD, WRAP_UP = range(7, 13)
OFFERS, DECLINED, TIMED_OUT, RESCINDED, ENDED, TO_ANSWER, TO_END = range(13, 20)
TRANSFERS, TRANSFERRED, CALLBACKS, CALLBACKS_KEPT, CALLBACKS_MISSED, MISSED_CALLS, REFUSED, PARKED = range(20, 28)
MOVED, REOPENED, ESTIMATED, ESTIMATE_ERROR, ESTIMATE_OFF = range(28, 33)
WAIT_MAX = len(COLUMNS)
"""Behind them, where they are told apart by more than queue and interval: the longest wait until an outcome."""
DIMENSIONS = ("queue", "channel", "segment", "tier", "stage", "agent")
"""What reports tell work apart by; what no agent did has the agent ''."""
REPORT_MS = 900_000
"""The interval of reports: every border of hours and days in any time zone is one of its borders."""
