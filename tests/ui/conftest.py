"""One hub and one browser for all tests of the web application that run in one process."""

import os
import socket
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio

from hub.api.pages import ROOT, Pages
from tests.channels.branch.pages.browsing import axe_script
from tests.channels.chat.browser import missing
from tests.ui.house import House, a_house

BY_PROVIDER = """
name = "Company account"
issuer = "http://localhost:{port}"
client_id = "hub"
client_secret = "s"
register_people = true
[teams]
agents-eu = "company-agents"
leads = "company-leads"
"""


@pytest.fixture(scope="session")
def provider_port() -> int:
    """Where the house looks for a provider that people sign in by; only some tests run one there."""
    with socket.socket() as one:
        one.bind(("localhost", 0))
        return int(one.getsockname()[1])


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_house(tmp_path_factory: pytest.TempPathFactory, provider_port: int) -> AsyncIterator[House]:
    if missing():
        pytest.skip(missing())
    pages = Path(os.environ["HUB_PAGES"]) if "HUB_PAGES" in os.environ else None
    if not Pages(pages or ROOT).built:
        pytest.skip("the web application is not built: run `make ui`")
    axe = axe_script(tmp_path_factory.mktemp("axe"))
    provider = tmp_path_factory.mktemp("provider") / "oidc.toml"
    provider.write_text(BY_PROVIDER.format(port=provider_port), "utf-8")
    async with a_house(tmp_path_factory.mktemp("house"), axe, pages, oidc=provider) as house:
        yield house


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep for the house that a test failed in it."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest_asyncio.fixture(loop_scope="session")
async def house(shared_house: House, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """The house, with nothing wrong before, and nothing after. Of a test that failed the report has what its pages
    showed at the end."""
    shared_house.wrong.clear()
    yield shared_house
    if request.node.stash.get(FAILED, False):
        for page in [page for context in shared_house.browser.contexts for page in context.pages]:
            print(f"--- {page.url}", await page.inner_text("body"), sep="\n")
    await shared_house.leave()
    assert shared_house.wrong == []
