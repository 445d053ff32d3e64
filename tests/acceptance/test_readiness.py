"""A hub says that it is not ready when a part of it stands still, and is ready again when the part goes on."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from hub import app
from hub.domain.contact import Channel, Contact
from hub.domain.contact import Path as ContactPath
from hub.settings import Settings

pytestmark = pytest.mark.acceptance


async def test_views_that_stand_still_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "VIEWS_STUCK_SECONDS", 0.3)
    async with app.Hub(Settings(data_dir=tmp_path / "var", api_port=0)) as hub:
        assert hub.missing() == {}
        pid = hub.projector.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            path = ContactPath(channel=Channel.PHONE, address="+982112345")
            told = await hub.intake.submit(Contact(id="c1", path=path, occurred_at=hub.clock.now()), "adapter:test")
            assert told.status == "accepted"
            await _until(hub, {"views"})
        finally:
            os.kill(pid, signal.SIGCONT)
        await _until(hub, set())


async def _until(hub: app.Hub, parts: set[str]) -> None:
    async with asyncio.timeout(10):
        while set(hub.missing()) != parts:
            await asyncio.sleep(0.02)
