"""All read models of the hub."""

from hub.projections import interactions, open_work
from hub.projections.projection import Projection


def all_projections() -> list[Projection]:
    """Every read model, in the order a batch is applied."""
    return [interactions.PROJECTION, open_work.PROJECTION]
