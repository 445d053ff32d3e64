"""What reports tell: each figure once, with its definition in words and its formula."""

from hub.projections.measures.callbacks import CALLBACKS
from hub.projections.measures.contacts import CONTACTS
from hub.projections.measures.handling import HANDLING
from hub.projections.measures.measure import Measure
from hub.projections.measures.surveys import SURVEYS
from hub.projections.measures.waiting import WAITING

MEASURES: tuple[Measure, ...] = (*WAITING, *HANDLING, *CALLBACKS, *CONTACTS, *SURVEYS)
"""In the order they are shown."""
OF_CONTACTS = ("contacts_in", "contacts_out")
OF_SURVEYS = (
    "csat_answered", "csat_sum", "csat_satisfied_count", "nps_answered", "nps_promoters", "nps_detractors",
)  # fmt: skip
OF_NO_AGENT = (
    "offered", "abandoned", "short_abandoned", "abandoned_in_target", "expired", "refused", "moved", "reopened",
    "abandoned_wait_ms",
)  # fmt: skip
"""Sums of what no agent did: unknown where agents are told apart."""
