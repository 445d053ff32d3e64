"""The web application's files as browsers get them."""

import gzip
from pathlib import Path

import httpx
import pytest

from hub.api.pages import Pages
from tests.api.world import World

SCRIPT = "console.log('a page')\n" * 100


def asking(pages: Pages) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://hub")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>page</title>")
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "index-abc.js").write_text(SCRIPT)
    (tmp_path / "assets" / "letters-abc.woff2").write_bytes(b"wOF2")
    return tmp_path


@pytest.mark.parametrize("address", ["/", "/desk", "/customers/customer-1", "/index.html"])
async def test_every_address_of_the_application_answers_with_its_page_and_lets_nothing_else_run(
    built: Path, address: str
) -> None:
    async with asking(Pages(built, lambda: "wss://phones.example:8089")) as http:
        page = await http.get(address)
    assert (page.status_code, page.text) == (200, "<!doctype html><title>page</title>")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self' wss://phones.example:8089;" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-cache"


async def test_files_named_by_content_are_kept_for_good_and_packed(built: Path) -> None:
    async with asking(Pages(built)) as http:
        script = await http.get("/assets/index-abc.js")
        plain = await http.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
        letters = await http.get("/assets/letters-abc.woff2")
        icon = await http.head("/icon.svg")
    assert script.headers["content-encoding"] == "gzip"
    assert script.text == plain.text == SCRIPT
    assert len(gzip.compress(SCRIPT.encode())) >= int(script.headers["content-length"])
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]
    assert letters.headers["content-type"] == "font/woff2"
    assert (icon.headers["cache-control"], icon.content) == ("no-cache", b"")


async def test_a_part_of_an_older_build_is_not_there_rather_than_a_page(built: Path) -> None:
    async with asking(Pages(built)) as http:
        assert (await http.get("/assets/index-old.js")).status_code == 404
        assert (await http.get("/assets/%2e%2e/secret")).status_code == 404
        assert (await http.post("/desk")).status_code == 405


async def test_without_a_build_it_says_how_to_make_one(tmp_path: Path) -> None:
    async with asking(Pages(tmp_path / "none")) as http:
        page = await http.get("/")
    assert page.status_code == 503
    assert "make ui" in page.text


async def test_the_api_keeps_its_addresses(http: httpx.AsyncClient, world: World) -> None:
    unknown = await http.get("/v1/nothing")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    assert (await http.get("/healthz")).status_code == 200
    assert (await http.get("/desk")).headers["content-type"].startswith("text/html")
