"""A hub that is there again and has not heard all yet: what it offers by what was so before calls nobody."""

from pathlib import Path

from hub.channels.branch import decide
from hub.channels.branch.pages_api import Transfer
from hub.channels.branch.visits import Phase
from hub.channels.command import Command
from tests.channels.branch.test_branch_hall import Open, PlayedHub, until


async def test_who_was_passed_on_while_the_hub_was_away_is_not_called_back_by_its_old_offer(tmp_path: Path) -> None:
    hub = PlayedHub()
    opened = await Open(tmp_path, hub, desks={"1": {}, "2": {}}).start()
    hall = opened.hall
    for desk, agent in (("1", "ann"), ("2", "bob")):
        await opened.do("sit_down", hall.branch, desk, agent)
    visit = await opened.ticket()
    await until(lambda: hall.hubward.told_all)
    hub.there.clear()
    await opened.do("want_next", "1")
    await until(lambda: hall.book.visits[visit].phase is Phase.CALLED)
    await hall.decide(decide.pass_on("", Transfer(desk="2"), hall.now(), hall.branch, "1"))
    await opened.do("want_next", "1")

    told = {"id": "i.1", "at": hall.now(), "command": "offered", "channel": "in_person", "offer_id": "offer-i-1"}
    await hall.carry_out(Command.model_validate({**told, "thread": visit, "agent_id": "ann"}))
    assert (hall.book.visits[visit].phase, hall.book.visits[visit].for_desk) == (Phase.WAITING, "2")
    assert hall.book.desks["1"].wants_since is not None

    hub.there.set()
    await until(lambda: hall.hubward.told_all)
    assert hub.told.count("next_wanted") == 2
    assert hub.told[hub.told.index("passed_on") :].count("offer_declined") == 1, "behind what made it old"
    await opened.stop()
