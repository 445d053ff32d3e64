"""Settings reach every process as they are, and those that can't hold are refused."""

import os
from pathlib import Path

import pytest

from hub.settings import Settings, SettingsError, load


def test_a_child_gets_exactly_these_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hub.toml").write_text("intake_batch = 7\n")
    monkeypatch.setenv("HUB_LOG_LEVEL", "debug")
    monkeypatch.setenv("HUB_UNHEARD_OF", "x")
    settings = Settings(data_dir=tmp_path, api_port=0, clock_speed=60)
    given = settings.environment()
    assert load(given) == settings
    assert "PATH" in given


def test_replicas_need_a_cluster() -> None:
    with pytest.raises(SettingsError, match="nats_replicas is 3, but the hub's own NATS is one node"):
        load({"HUB_CONFIG": os.devnull, "HUB_NATS_REPLICAS": "3"})
    with pytest.raises(SettingsError, match="HUB_NATS_REPLICAS"):
        load({"HUB_CONFIG": os.devnull, "HUB_NATS_REPLICAS": "6", "HUB_NATS_URL": "nats://a"})
    assert load({"HUB_CONFIG": os.devnull, "HUB_NATS_REPLICAS": "3", "HUB_NATS_URL": "nats://a"}).nats_replicas == 3
