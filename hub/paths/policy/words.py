"""What people call the parts of a path policy."""

from hub.policies.findings import Words

WORDS = Words(
    rows={
        "value_tiers": "value tier", "segments": "segment", "stages": "stage", "fields": "profile field",
        "propositions": "proposition", "frequency": "frequency rule", "holdouts": "holdout",
    },
    tables={"purposes": "purpose"},
)  # fmt: skip
