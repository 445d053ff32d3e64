import json
import os
import signal
import time
from pathlib import Path

import pytest

from hub.domain.customer.consent.events import ConsentDenied, ConsentGranted
from hub.domain.grant.events import PropositionAnswered
from hub.domain.policy.events import PathPolicyPublished
from hub.settings import Settings
from hub.simulated.stored import stored_events
from tests.simulated.processes import finish, hub_of, left_behind, run, running, wait_for
from tests.support.asterisk import missing

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize("calls", ["simulated", "real"])
def test_the_demo_lives_through_a_killed_hub_and_loses_nothing(
    calls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if calls == "real" and (why := missing()):
        pytest.skip(why)
    monkeypatch.setenv("DEMO_CALLS", calls)
    var = tmp_path / "var"
    with running("demo", "--seconds", "8", "--json", data_dir=var) as demo:
        killed = wait_for(lambda: hub_of(var))["pid"]
        time.sleep(4)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: hub_of(var).get("pid", killed) != killed)
        code, out, err = finish(demo, 150)

    totals = json.loads(out)
    assert (code, totals["restarts"]) == (0, 1), (out, err)
    assert totals["sent"] == totals["confirmed"] > 5
    assert totals["contacts"] + totals["outbound"] == totals["sent"] == sum(totals["by_channel"].values())
    assert totals["interactions"] == totals["answered"] + totals["abandoned"] > 0
    answers = totals["answers"]
    assert answers.keys() <= {"email", "sms", "web"}
    assert len(answers) >= 2, "what is written goes the real way, and is answered there"
    assert all(0 < count <= totals["by_channel"][channel] for channel, count in answers.items())
    for name in ("open", "lost", "rejected", "duplicates", "double_assigned", "over_capacity", "contradictions"):
        assert totals[name] == 0, (name, out)
    assert (totals["calls"] > 0) == (calls == "real")
    told = (var / "demo.log").read_text()
    assert f"calls are {calls}" in told
    assert "mails by SMTP, text messages by SMPP and chats by WebSocket are real" in told
    assert "visits to a branch are real" in told
    assert out.count("\n") == 1, "one JSON object and nothing else"
    assert not left_behind(var)
    events = [recorded.event for recorded in stored_events(Settings(data_dir=var))]
    answered = [event for event in events if isinstance(event, PropositionAnswered)]
    assert answered, "agents propose something, and customers answer"
    assert any(isinstance(event, ConsentGranted | ConsentDenied) for event in events)
    assert [event.note for event in events if isinstance(event, PathPolicyPublished)] == [
        "ships with the hub",
        "what the demo's agents propose",
    ]


def test_ctrl_c_stops_everything_and_the_next_start_goes_on(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with running("demo", data_dir=var) as demo:
        wait_for(lambda: hub_of(var))
        time.sleep(5)
        demo.send_signal(signal.SIGINT)
        code, out, err = finish(demo, 60)
    assert code == 0, (out, err)
    assert "lost 0, duplicates 0, double assigned 0" in " ".join(out.split())
    assert not hub_of(var)
    assert not left_behind(var)

    code, out, err = run("demo", "--seconds", "3", "--json", data_dir=var)
    totals = json.loads(out)
    assert code == 0, (out, err)
    assert totals["contacts"] + totals["outbound"] > totals["sent"] == totals["confirmed"]
    assert (totals["open"], totals["lost"], totals["duplicates"], totals["double_assigned"]) == (0, 0, 0, 0)
    assert (var / "demo.json").stat().st_mode & 0o777 == 0o600
    assert not left_behind(var)


def test_a_killed_demo_takes_its_hub_along(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with running("demo", "--seconds", "60", "--json", data_dir=var) as demo:
        wait_for(lambda: hub_of(var))
        demo.kill()
    wait_for(lambda: not left_behind(var), 10)


def test_a_second_demo_in_the_same_place_says_what_is_the_matter(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with running("demo", "--seconds", "60", "--json", data_dir=var) as first:
        known = wait_for(lambda: hub_of(var))
        code, out, err = run("demo", "--seconds", "1", "--json", data_dir=var)
        assert (code, out) == (1, "")
        assert "hub" in err
        assert hub_of(var) == known, "the first one is left alone"
        first.send_signal(signal.SIGTERM)
        assert finish(first, 60)[0] == 0
    assert not left_behind(var)
