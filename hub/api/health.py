"""Whether the hub lives and works, and what Prometheus reads. Outside /v1 and open to anybody who can connect."""

from http import HTTPStatus

from fastapi import Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.routes import Routes
from hub.api.services import Services

router = Routes("health")


@router.get("/healthz", summary="Whether the process lives")
async def healthz() -> Response:
    """200 as long as the hub's loop turns."""
    return answer({"status": "ok"})


@router.get(
    "/readyz",
    summary="Whether the hub works",
    responses={503: {"description": "What keeps it from working, by part"}},
)
async def readyz(request: Request) -> Response:
    """200 when contacts are taken in and routed; `waiting_for` says by part what is missing. `adapters`: what keeps
    each channel adapter inside this process from running, which keeps the hub from nothing."""
    services: Services = request.app.state.services
    missing = services.readiness()
    body: dict[str, object] = {"status": "not ready" if missing else "ready", "waiting_for": missing}
    adapters = services.instruments.adapters()
    if adapters:
        body["adapters"] = adapters
    return answer(body, HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK)


@router.get("/metrics", summary="Metrics for Prometheus")
async def prometheus(request: Request) -> Response:
    """In the text format of Prometheus."""
    services: Services = request.app.state.services
    instruments = services.instruments
    census = await services.views.census()
    instruments.waiting, instruments.agents = dict(census.waiting), dict(census.agents)
    instruments.service_level, instruments.cases = dict(census.service_level), dict(census.cases)
    instruments.subscribers = services.feed.subscribers
    instruments.ready = not services.readiness()
    instruments.channels = await services.channels.seen()
    instruments.lag = max(0, services.feed.position - services.feed.released)
    return Response(instruments.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})
