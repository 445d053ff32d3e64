"""The files of a branch's pages: sent under a strict policy, nothing but them, and not twice."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from hub.channels.branch.asking import CODES
from hub.channels.branch.pages.serving import OWN, PAGES, TYPES, Pages, asks_for_page, qr_svg, shelf
from hub.fonts import FONTS


def reached(pages: Pages, at: str = "https://branch.example") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=pages.routes())), base_url=at)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with reached(Pages("https://branch.example/")) as one:
        yield one


@pytest.mark.parametrize("name", PAGES[:-1])
async def test_a_page_runs_nothing_but_the_branchs_own_files(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/b/main/{name}")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:", policy)
    assert not re.search(r"<script>|\son\w+=|style=", answer.text)


def test_pages_ask_for_files_that_are_there() -> None:
    files = shelf()
    asked = {
        one.removeprefix("/pages/")
        for name in PAGES
        for one in re.findall(r'(?:src|href)="([^"]+)"', files[f"{name}.html"].body.decode())
    }
    imported = {
        one
        for name, file in files.items()
        if name.endswith(".js")
        for one in re.findall(r'from "\./([^"]+)"', file.body.decode())
    }
    assert asked
    assert imported
    assert asked | imported <= set(files)


async def test_the_font_of_persian_digits_comes_from_the_branch(client: httpx.AsyncClient) -> None:
    names = re.findall(r'url\("([^"]+)"\)', (await client.get("/pages/branch.css")).text)
    assert names == ["vazirmatn.woff2"]
    answer = await client.get(f"/pages/{names[0]}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "font/woff2")
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text().upper()


def test_pages_have_words_for_every_refusal_in_each_language() -> None:
    code = "".join(one.read_text() for one in OWN.parent.glob("*.py"))
    codes = set(re.findall(r'Not(?:Now|So)Error\(\s*"(\w+)"', code)) | set(CODES.values())
    assert {"closed", "too_early", "somebody_here"} < codes
    words = (OWN / "words.js").read_text()
    assert {one: len(re.findall(rf"\bwhy_{one}: ", words)) for one in codes} == dict.fromkeys(codes, 2)
    assert set(re.findall(r"\bwhy_(\w+): ", words)) == codes


def test_no_file_names_another_host() -> None:
    for name, file in shelf().items():
        if name.endswith((".html", ".css", ".js")):
            assert not re.search(rb"https?://", file.body), name


async def test_the_same_file_is_not_sent_twice(client: httpx.AsyncClient) -> None:
    first = await client.get("/pages/branch.css")
    again = await client.get("/pages/branch.css", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("path", ["serving.py", "../settings.py", "%2e%2e/settings.py", "clips", "", "/etc/passwd"])
async def test_nothing_else_can_be_reached(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/pages/{path}")).status_code == 404


def test_every_shipped_file_but_code_can_be_asked_for() -> None:
    shipped = {one.suffix for one in OWN.rglob("*") if one.is_file() and "__pycache__" not in one.parts}
    assert shipped <= {*TYPES, ".py"}


async def test_the_code_on_a_ticket_leads_a_phone_to_the_public_address(client: httpx.AsyncClient) -> None:
    answer = await client.get("/t/abc/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.content == qr_svg("https://branch.example/t/abc")
    assert answer.content != (await client.get("/t/abd/qr.svg")).content


async def test_without_a_public_address_the_code_leads_to_where_the_kiosk_is() -> None:
    async with reached(Pages(), "http://10.0.0.7:8090") as client:
        answer = await client.get("/t/abc/qr.svg")
    assert answer.content == qr_svg("http://10.0.0.7:8090/t/abc")


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", True),
        ("application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_browsers_get_the_page_and_programs_json(accept: str, page: bool) -> None:
    assert asks_for_page(accept) is page
