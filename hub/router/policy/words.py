"""What people call the parts of a routing policy."""

from hub.policies.findings import Words

WORDS = Words(
    rows={"rules": "rule", "staff": "staff"},
    tables={"queues": "queue", "channels": "channel", "hours": "hours", "holidays": "holidays"},
)
