import io
from dataclasses import replace

import pytest
from rich.console import Console

from hub.simulated.picture import (
    AgentGlance,
    Glance,
    QueueGlance,
    draw,
    duration,
    percent,
    shares,
    short,
    spark,
)

STATES = ("available", "on_contact", "on_contact", "wrap_up", "away", "offered", "not_answering")
GLANCE = Glance(
    title="Contact Path Manager",
    api_url="http://127.0.0.1:8484",
    up=True,
    seconds=201,
    restarts=1,
    contacts=1234,
    answered=1100,
    abandoned=33,
    service_level=0.87,
    service_level_name="without short abandoned",
    asa_s=8.2,
    aht_s=24.3,
    occupancy=0.81,
    events=123_456,
    rates=tuple(range(60)),
    channels={"phone": 400, "web": 300, "email": 280, "sms": 200, "in_person": 54},
    queues=[
        QueueGlance(name, 3, 12.0, 7, 900, 3, 0.91, 20)
        for name in ("billing", "complaints", "general", "sales", "support")
    ],
    agents=[AgentGlance(f"Agent {n:02d}", STATES[n % len(STATES)], 60.0 + n, "sales") for n in range(40)],
)


def lines(glance: Glance, width: int, height: int) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, color_system=None, legacy_windows=False)
    console.print(draw(glance, width, height), height=height, end="")
    return out.getvalue().rstrip("\n").split("\n")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (120, 40), (200, 60)])
def test_the_board_fills_the_terminal_and_shows_everything(width: int, height: int) -> None:
    told = lines(GLANCE, width, height)
    assert len(told) == height
    assert all(len(line) == width for line in told)
    text = "\n".join(told)
    for word in (
        "hub restarts 1",
        "3:21",
        "open http://127.0.0.1:8484",
        "/docs",
        "1,234",
        "1,100",
        "87%",
        "8.2s",
        "24s",
    ):
        assert word in text, word
    for word in ("81%", "123k", "59", "complaints", " 20s ", "0:12", "in person", "400", "agents 40", "Agent 00"):
        assert word in text, word


def test_every_queue_is_named_in_the_smallest_terminal() -> None:
    text = "\n".join(lines(GLANCE, 80, 24))
    for queue in GLANCE.queues:
        assert queue.name in text


def test_a_hub_that_is_down_and_has_done_nothing_yet_is_drawn_too() -> None:
    empty = Glance("Hub", "http://h", False, 0, 0, 0, 0, 0, None, "", None, None, None, 0)
    text = "\n".join(lines(empty, 80, 24))
    assert "coming back" in text


def test_the_key_is_named_where_there_is_room() -> None:
    glance = replace(GLANCE, key_file="var/demo.json")
    assert "key in var/demo.json" in "\n".join(lines(glance, 120, 40))
    assert "key in" not in "\n".join(lines(glance, 80, 24))


def test_the_branch_is_named_where_there_is_room() -> None:
    glance = replace(GLANCE, branch="http://127.0.0.1:8028/b/demo/kiosk")
    assert " branch http://127.0.0.1:8028/b/demo/kiosk" in "\n".join(lines(glance, 120, 40))
    for width, height in ((120, 24), (40, 40)):
        assert "/b/demo/kiosk" not in "\n".join(lines(glance, width, height))


def test_signed_off_agents_make_room_for_those_who_are_here() -> None:
    agents = [AgentGlance("Zoe", "signed_off"), AgentGlance("Ann", "available", 5)]
    text = "\n".join(lines(replace(GLANCE, agents=agents), 80, 24))
    assert "Ann" in text
    assert "Zoe" not in text


def test_a_bar_is_dealt_out_whole_and_shows_the_smallest_share() -> None:
    dealt = shares([("talking", 39), ("away", 1), ("off", 0)], 20)
    assert sum(cells for _, cells in dealt) == 20
    assert dict(dealt)["away"] == 1
    assert "off" not in dict(dealt)
    assert shares([], 20) == []


def test_a_spark_is_as_high_as_its_highest_figure() -> None:
    [top, bottom] = (line.plain for line in spark([0, 8, 16], 5, 2))
    assert top == "    █"
    assert bottom == "   ██"


def test_lengths_are_told_as_people_say_them() -> None:
    assert [duration(0), duration(75), duration(3725)] == ["0:00", "1:15", "1:02:05"]
    assert [short(None), short(8.24), short(20.0), short(600), short(7200 * 2)] == ["–", "8.2s", "20s", "10m", "4h"]
    assert [percent(None), percent(0.875)] == ["–", "88%"]
