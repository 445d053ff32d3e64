"""When a customer is asked: after a delay, unless it is open again by then, over any restart."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.application.satisfaction.watch import SatisfactionWatch, read_kept
from hub.domain.account.events import RoleAssigned
from hub.domain.cases.events import CaseKind, CaseOpened, CaseReopened, CaseResolved, Severity
from hub.domain.errors import HubError
from hub.domain.interaction.events import InteractionReopened
from tests.application.surveys import ANN, BOB, CALLS, CASES, DAY, HOUR, NOON, Hub
from tests.projections.happenings import placement
from tests.support.memory import MemoryJournal


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path / "surveys.json")


class TestDelay:
    async def test_they_are_asked_after_the_delay_of_the_rule_that_decides(self, hub: Hub) -> None:
        await hub.start(f'{CALLS}queue = "sales"\n{CALLS}delay_minutes = 60\n')
        call = await hub.call()
        await hub.settle()
        hub.clock.moment += HOUR - timedelta(seconds=1)
        await hub.settle()
        assert hub.asked() == []
        hub.clock.moment += timedelta(seconds=1)
        await hub.settle()
        assert hub.about() == [("csat", call)]

    async def test_what_is_open_again_meanwhile_is_asked_about_when_it_is_over_again(self, hub: Hub) -> None:
        await hub.start(f"{CALLS}delay_minutes = 60\n{CASES}delay_minutes = 60\n")
        call = await hub.call()
        case = await hub.case()
        await hub.resolve(case)
        await hub.settle()
        hub.clock.moment += HOUR / 2
        await hub.say(call, InteractionReopened(**hub.meta(), contact_id="c-2", **placement("care")))
        await hub.say(ANN, CaseReopened(**hub.meta(), case_id=case, severity=Severity.HIGH, owner="bob"))
        hub.clock.moment += HOUR
        await hub.settle()
        assert hub.asked() == []
        await hub.end(call)
        await hub.resolve(case)
        hub.clock.moment += HOUR
        await hub.settle()
        assert sorted(hub.about()) == [("csat", call), ("nps", case)]

    async def test_a_complaint_that_is_opened_meanwhile_keeps_them_from_being_asked(self, hub: Hub) -> None:
        await hub.start(f"{CALLS}delay_minutes = 60\n")
        await hub.call()
        await hub.settle()
        await hub.case(CaseKind.COMPLAINT)
        hub.clock.moment += HOUR
        await hub.settle()
        assert (hub.asked(), hub.counted) == ([], [("csat", "complaint")])

    @pytest.mark.parametrize(
        ("until", "kind", "is_settled", "came_of_it"),
        [
            (None, CaseKind.COMPLAINT, False, "complaint"),
            (None, CaseKind.COMPLAINT, True, "asked"),
            (None, CaseKind.REQUEST, False, "asked"),
            (NOON + timedelta(seconds=1), CaseKind.COMPLAINT, False, "asked"),
        ],
    )
    async def test_a_complaint_of_an_account_keeps_those_from_being_asked_who_act_for_it(
        self, hub: Hub, until: datetime | None, kind: CaseKind, *, is_settled: bool, came_of_it: str
    ) -> None:
        await hub.start(f"{CALLS}delay_minutes = 60\n")
        await hub.call()
        role = {"account_id": "account-1", "number": 1, "customer_id": ANN, "role": "buyer", "since": NOON}
        await hub.say(ANN, RoleAssigned(**hub.meta(), **role, until=until))
        case = {"case_id": f"case-{BOB.removeprefix('customer-')}-1"}
        opened = CaseOpened(**hub.meta(), **case, kind=kind, severity=Severity.LOW, account_id="account-1")
        await hub.say("account-1", opened)
        if is_settled:
            await hub.say("account-1", CaseResolved(**hub.meta(), **case, resolution="refunded"))
        hub.clock.moment += HOUR
        await hub.settle()
        assert hub.counted == [("csat", came_of_it)]

    async def test_what_was_over_long_ago_is_not_asked_about_any_more(self, hub: Hub) -> None:
        await hub.start(CALLS)
        await hub.call()
        hub.clock.moment += 7 * DAY
        await hub.settle()
        assert hub.counted == [("csat", "too_late")]


class TestRestart:
    async def test_what_waits_is_asked_after_a_restart_and_nothing_twice(self, hub: Hub) -> None:
        watch = await hub.start(f"{CALLS}delay_minutes = 60\n")
        call = await hub.call()
        await hub.settle()
        watch.keep()
        kept = read_kept(hub.file) if hub.file else None
        assert kept is not None
        assert [(one.about, one.due) for one in kept.waiting] == [(call, NOON + HOUR)]
        await hub.start()
        hub.clock.moment += HOUR
        await hub.settle()
        for _ in range(2):
            await hub.start()
            await hub.settle()
        assert hub.about() == [("csat", call)]

    async def test_what_was_over_after_it_was_written_down_last_is_found_in_the_log(self, hub: Hub) -> None:
        watch = await hub.start(CALLS)
        await hub.settle()
        watch.keep()
        call = await hub.call()
        await hub.start()
        await hub.settle()
        assert hub.about() == [("csat", call)]

    async def test_without_what_was_written_down_it_begins_anew_from_now_on(self, hub: Hub) -> None:
        await hub.start(CALLS)
        await hub.call()
        assert hub.file is not None
        hub.file.write_text("{}")
        await hub.start()
        later = await hub.call()
        await hub.settle()
        assert hub.about() == [("csat", later)]

    async def test_what_could_not_be_written_is_asked_later(self, hub: Hub) -> None:
        watch = await hub.start(CALLS)
        call = await hub.call()
        hub.journal.fail_next = 1
        with pytest.raises(OSError, match="disk full"):
            await watch.step()
        await hub.settle()
        assert hub.about() == [("csat", call)]

    async def test_one_that_can_not_be_decided_on_does_not_hold_up_the_others(self, hub: Hub) -> None:
        class Broken(MemoryJournal):
            broken = "interaction-1"

            async def load(self, streams: Any, after: Any = None) -> Any:
                if self.broken in streams:
                    raise HubError("it was sealed with another key")
                return await super().load(streams, after)

        await hub.start(CALLS)
        first, second = await hub.call(), await hub.call("+989121234561")
        hub.journal.__class__ = Broken
        await hub.settle()
        assert hub.about() == [("csat", second)]
        hub.journal.__class__ = MemoryJournal
        hub.clock.moment += timedelta(seconds=30)
        await hub.settle()
        assert hub.about() == [("csat", second), ("csat", first)]

    async def test_two_hubs_on_one_log_ask_once(self, hub: Hub) -> None:
        first = await hub.start(CALLS)
        second = SatisfactionWatch(hub.satisfaction, hub.policies, hub.clock)
        await second.start(0)
        hub.journal.followers.append(second.follow)
        call = await hub.call()
        await first.step()
        await second.step()
        assert hub.about() == [("csat", call)]
        assert sorted(hub.counted) == [("csat", "already"), ("csat", "asked")]
