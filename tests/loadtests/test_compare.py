from pathlib import Path

from hub.application.explaining.audit import audit
from hub.simulated.stored import stored_events
from loadtests import naive
from loadtests.compare import Flow


def test_the_straightforward_design_writes_the_whole_life_and_waits_for_the_disk(tmp_path: Path) -> None:
    found = naive.run(tmp_path / "naive.sqlite", 0.2)
    assert found["interactions"] >= 1
    assert found["events"] == 7 * found["interactions"]
    assert found["synchronous"] == 2


async def test_the_hubs_way_completes_every_interaction_it_counts(tmp_path: Path) -> None:
    flow = Flow(tmp_path)
    found = await flow.run(0.2)
    stored = audit(stored_events(flow.settings))
    assert stored.clean
    assert (stored.interactions, stored.answered, stored.open) == (found["interactions"], found["interactions"], 0)
    assert found["events"] > 7 * found["interactions"]
