"""That two supervisors changed the place of the same waiting work, and who was first."""

from hub.domain.errors import RefusedError


class PlaceChangedError(RefusedError):
    """`by`: who was first, `priority` and `credit_seconds`: what it has by their word."""

    def __init__(self, by: str, priority: int, credit_seconds: float) -> None:
        super().__init__(
            f"{by} has changed its place meanwhile: it has priority {priority} and an artificial age of"
            f" {credit_seconds:g} seconds now",
            "expected_version",
            code="changed-meanwhile",
        )
        self.by, self.priority, self.credit_seconds = by, priority, credit_seconds
