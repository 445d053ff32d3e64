"""The path policy's `[outbound]`: how long an adapter has to say what came of a contact it was told to make."""

from datetime import timedelta

from pydantic import Field

from hub.policies.sections import Section


class Outbound(Section):
    """Of contacts that the hub has made."""

    report_within_minutes: int = Field(default=60, ge=1, le=10_080)
    """After so long without a word a contact is taken for unreported: it counts, and is never made again by itself."""

    @property
    def report_within(self) -> timedelta:
        """How long."""
        return timedelta(minutes=self.report_within_minutes)
