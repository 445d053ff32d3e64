"""All read models of the hub."""

from collections.abc import Mapping

from hub.projections import (
    adherence,
    agents,
    callbacks_due,
    cases,
    consent_due,
    contacts_due,
    customers,
    grants_due,
    interactions,
    links,
    mentions,
    metrics,
    open_work,
    queues,
    readings,
    responses,
    satisfaction,
    standing_due,
)
from hub.projections.metrics import DEFAULT_THRESHOLD, INTERVAL_SECONDS, ThresholdsOf
from hub.projections.metrics_fold import Threshold
from hub.projections.open_work import Keep, KeepOf
from hub.projections.projection import Projection


def all_projections(
    interval_seconds: int = INTERVAL_SECONDS,
    thresholds: Mapping[str, Threshold] | None = None,
    default: Threshold = DEFAULT_THRESHOLD,
    keep: Keep = Keep(),  # noqa: B008 - it is immutable
    keep_of: KeepOf = lambda _: None,
    thresholds_of: ThresholdsOf = lambda _: None,
) -> list[Projection]:
    """Every read model, in the order a batch is applied. The length of the metrics' intervals comes from the settings,
    the thresholds by queue and how long what is over is kept from the policies: first from the one given, then from
    each that is published, as `thresholds_of` and `keep_of` read its text."""
    return [
        customers.PROJECTION,
        links.PROJECTION,
        interactions.PROJECTION,
        agents.PROJECTION,
        queues.PROJECTION,
        metrics.projection(interval_seconds, thresholds, default, thresholds_of),
        adherence.PROJECTION,
        open_work.projection(keep, keep_of),
        standing_due.PROJECTION,
        cases.PROJECTION,
        consent_due.PROJECTION,
        contacts_due.PROJECTION,
        callbacks_due.PROJECTION,
        grants_due.PROJECTION,
        satisfaction.projection(interval_seconds),
        readings.PROJECTION,
        mentions.PROJECTION,
        responses.PROJECTION,
    ]
