"""Routes that are worked out when they are first needed."""

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import FastAPIError
from pydantic import BaseModel
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.routes import LateRoute, Routes


class Greeting(BaseModel):
    said: str


def _greeting() -> tuple[FastAPI, LateRoute]:
    router = Routes("greetings")

    @router.get("/v1/greetings/{name}", summary="Greet", responses={200: {"model": Greeting}})
    async def greet(name: str, often: int = 1) -> Response:
        return answer({"said": " ".join([f"hello {name}"] * often)})

    app = FastAPI()
    app.router.routes.extend(router.routes)
    [route] = router.routes
    assert isinstance(route, LateRoute)
    return app, route


def _made(route: LateRoute) -> bool:
    return "dependant" in vars(route)


async def test_a_route_is_made_by_the_first_request_that_is_for_it() -> None:
    app, route = _greeting()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as http:
        assert (await http.get("/v1/others/ann")).status_code == 404
        assert not _made(route)
        for _ in range(2):
            assert (await http.get("/v1/greetings/ann?often=2")).json() == {"said": "hello ann hello ann"}
            assert _made(route)
        assert (await http.get("/v1/greetings/ann?often=x")).status_code == 422
        assert (await http.post("/v1/greetings/ann")).status_code == 405


def test_a_route_is_made_for_who_reads_the_document() -> None:
    app, route = _greeting()
    told = app.openapi()["paths"]["/v1/greetings/{name}"]["get"]
    assert (told["summary"], told["tags"]) == ("Greet", ["greetings"])
    assert [one["name"] for one in told["parameters"]] == ["name", "often"]
    assert told["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Greeting")
    assert _made(route)


def test_a_route_that_can_not_be_made_says_why_each_time() -> None:
    router = Routes("greetings")

    @router.get("/v1/greetings/{name}")
    async def greet(name: str) -> Response | None:
        return None

    [route] = router.routes
    assert isinstance(route, LateRoute)
    greet.__annotations__["return"] = FastAPI
    for _ in range(2):
        with pytest.raises(FastAPIError, match="Invalid args"):
            _ = route.app


def test_what_no_route_has_is_told_as_such() -> None:
    _, route = _greeting()
    assert not hasattr(route, "colour")
