"""The document of the API is made beside the hub's loop, once, and says what the hub that runs can do."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from hub import __version__
from hub.api import app
from hub.api.described import Described
from tests.api.world import World

COUNTS = "import pathlib, sys; file = pathlib.Path(sys.argv[1]); file.open('a').write('made\\n')"
WAITS = "import pathlib, sys, time\nwhile not pathlib.Path(sys.argv[2]).exists(): time.sleep(0.01)"
TELLS = 'print(\'{"info": {"version": "\' + sys.argv[3] + \'"}}\')'


def child(folder: Path, version: str = __version__) -> list[str]:
    """Counts itself, and tells once it is let go."""
    program = "\n".join((COUNTS, WAITS, TELLS))
    return [sys.executable, "-c", program, str(folder / "made"), str(folder / "go"), version]


def asking(described: Described) -> httpx.AsyncClient:
    served = Starlette(routes=[Route("/openapi.json", described.answer)])
    transport = httpx.ASGITransport(served, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://hub")


async def test_the_hub_tells_what_it_would_make_itself_and_does_not_make_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = app.document()
    world = World()

    def never() -> None:
        raise AssertionError("it was made in the hub's own process")

    monkeypatch.setattr(app, "document", never)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://hub") as http:
        told = await http.get("/openapi.json")
        page = await http.get("/docs")
    assert told.headers["content-type"] == "application/json"
    assert told.json() == made
    assert "'/openapi.json'" in page.text


async def test_the_loop_turns_while_it_is_made_and_it_is_made_once(tmp_path: Path) -> None:
    async with asking(Described(child(tmp_path))) as http:
        asked = [asyncio.create_task(http.get("/openapi.json")) for _ in range(3)]
        while not (tmp_path / "made").exists():  # only a loop that turns gets beyond this
            await asyncio.sleep(0.01)
        assert not any(one.done() for one in asked)
        (tmp_path / "go").touch()
        assert {(await one).status_code for one in asked} == {200}
        assert (await http.get("/openapi.json")).json()["info"]["version"] == __version__
    assert (tmp_path / "made").read_text() == "made\n"


async def test_a_child_of_another_version_is_not_believed_nor_is_one_that_fails_and_the_next_is_asked_anew(
    tmp_path: Path,
) -> None:
    async with asking(Described(child(tmp_path, "0.0.1"))) as http:
        asked = [asyncio.create_task(http.get("/openapi.json")) for _ in range(3)]
        while not (tmp_path / "made").exists():
            await asyncio.sleep(0.01)
        (tmp_path / "go").touch()
        assert {(await one).status_code for one in asked} == {500}
        assert (tmp_path / "made").read_text() == "made\n", "all who waited share the failure"
        assert (await http.get("/openapi.json")).status_code == 500
    assert (tmp_path / "made").read_text() == "made\n" * 2
    async with asking(Described([sys.executable, "-c", "raise SystemExit(3)"])) as http:
        assert (await http.get("/openapi.json")).status_code == 500
