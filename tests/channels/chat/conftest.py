"""One adapter, one bus and one browser for all tests of the widget that run in one process."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.channels.branch.pages.browsing import axe_script
from tests.channels.chat.browser import SECRET, Site, a_site, missing


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script that looks for barriers."""
    return axe_script(tmp_path_factory.mktemp("axe"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    if missing():
        pytest.skip(missing())
    directory = tmp_path_factory.mktemp("site")
    (directory / "secret").write_bytes(SECRET)
    table = {"verify": ["phone", "email"], "identity_secret_file": str(directory / "secret")}
    async with a_site(directory, **table) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def site(shared_site: Site) -> AsyncIterator[Site]:
    """It, as if nothing had been said there yet."""
    yield shared_site
    await shared_site.anew()
