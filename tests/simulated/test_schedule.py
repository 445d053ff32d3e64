from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.calls.recorded_call import CallOutcome, RecordedCall
from hub.calls.statistics import Span
from hub.domain.contact import Channel, Contact, Path
from hub.simulated.behaviour import AgentProfile
from hub.simulated.recorded_absence import absence
from hub.simulated.schedule import agent_id_of, chosen, may_leave, schedule, typical_talks

NINE = datetime(1999, 2, 1, 9, tzinfo=UTC)


def call(
    number: int,
    *,
    at: float = 0,
    wait: float = 0,
    talk: float | None = 60,
    agent: str = "ANA",
    service: str = "regular",
) -> RecordedCall:
    """Answered by `agent`, or hung up where `talk` is None; seconds after nine."""
    moment = NINE + timedelta(seconds=at)
    contact = Contact(id=f"call-{number}", path=Path(channel=Channel.PHONE), occurred_at=moment, service=service)
    answered = talk is not None
    return RecordedCall(
        row=number,
        contact=contact,
        queued_at=moment,
        wait=wait,
        outcome=CallOutcome.ANSWERED if answered else CallOutcome.ABANDONED,
        talk=talk or 0,
        agent=agent if answered else "",
        raw="",
    )


def span(agent: str, start: float, end: float) -> Span:
    return Span(agent, NINE + timedelta(seconds=start), NINE + timedelta(seconds=end))


def test_each_call_is_published_at_its_queue_time_and_who_hung_up_leaves_after_the_recorded_patience() -> None:
    plan = schedule([call(1, at=0), call(2, at=5, wait=40, talk=None)], [span("ANA", 0, 60)])
    told = [(action.kind, action.subject, (action.at - NINE).total_seconds()) for action in plan.actions()]
    assert told == [
        ("sign_on", "ANA", 0),
        ("call", "call-1", 0),
        ("call", "call-2", 5),
        ("hang_up", "call-2", 45),
        ("shift_end", "ANA", 60),
    ]


def test_who_was_served_never_hangs_up() -> None:
    plan = schedule([call(1, wait=300)], [span("ANA", 300, 360)])
    assert plan.calls["call-1"].leaves_at is None
    assert "hang_up" not in [action.kind for action in plan.actions()]


def test_a_hang_up_without_wait_comes_behind_its_call() -> None:
    plan = schedule([call(1, wait=0, talk=None)], [])
    assert [action.kind for action in plan.actions()] == ["call", "hang_up"]


def test_a_hang_up_that_is_answered_talks_the_median_of_its_service() -> None:
    calls = [
        *(call(n, talk=talk) for n, talk in enumerate((10, 20, 90))),
        call(7, talk=500, service="internet"),
        call(8, talk=None),
        call(9, talk=None, service="nobody served this"),
    ]
    plan = schedule(calls, [])
    assert plan.calls["call-8"].talk == 20
    assert plan.calls["call-9"].talk == 55, "of all services where its own has none"
    assert typical_talks([]) == {}


def test_recorded_agents_know_what_they_served_and_everybody_knows_what_nobody_served() -> None:
    calls = [call(1), call(2, agent="BEN", service="internet"), call(3, talk=None, service="odd")]
    plan = schedule(calls, [span("ANA", 0, 60), span("BEN", 0, 60)])
    assert {shift.agent.id: set(shift.agent.skills) for shift in plan.shifts} == {
        "ANA": {"regular", "odd"},
        "BEN": {"internet", "odd"},
    }
    plan = schedule(calls, [span("ANA", 0, 60)], skills="all")
    assert set(plan.shifts[0].agent.skills) == {"regular", "internet", "odd"}


def test_what_only_an_unknown_agent_served_everybody_may_serve() -> None:
    plan = schedule([call(1), call(2, agent="unknown", service="internet")], [span("ANA", 0, 60)])
    assert set(plan.shifts[0].agent.skills) == {"regular", "internet"}


def test_a_number_of_agents_know_everything_and_stay_until_all_has_ended() -> None:
    plan = schedule([call(1), call(2, at=100, talk=30, service="internet")], [span("ANA", 0, 60)], agents=12)
    assert [shift.agent.id for shift in plan.shifts] == [f"agent-{n:02d}" for n in range(1, 13)]
    first = plan.shifts[0]
    assert (first.start, first.end) == (NINE, NINE + timedelta(seconds=130))
    assert first.until_all_ended
    assert set(first.agent.skills) == {"regular", "internet"}


def test_the_same_contact_id_is_played_once() -> None:
    assert len(schedule([call(1, at=0), call(1, at=9)], []).calls) == 1


def test_an_agent_whose_calls_overlap_is_one_agent() -> None:
    plan = schedule([call(1, at=0, talk=100), call(2, at=10, talk=100)], [span("ANA", 0, 110)])
    assert [action.kind for action in plan.actions()].count("sign_on") == 1


def test_days_and_times_are_the_records_own() -> None:
    haifa = ZoneInfo("Asia/Jerusalem")
    late = call(1, at=13.5 * 3600)  # 22:30 UTC is half past midnight there
    assert chosen(late, haifa, date(1999, 2, 2), None, None)
    assert not chosen(late, haifa, date(1999, 2, 1), None, None)
    assert chosen(late, haifa, None, time(0, 30), time(0, 31))
    assert not chosen(late, haifa, None, None, time(0, 30))


def test_agents_get_ids_that_the_hub_takes() -> None:
    assert agent_id_of("AVI.K") == "AVI.K"
    assert agent_id_of("דורית") != agent_id_of("טובה")
    assert agent_id_of("J. Smith / 2").startswith("J.-Smith-2-")
    assert len(agent_id_of("x" * 100)) <= 64


def test_nobody_leaves_calls_alone_that_only_they_can_serve() -> None:
    ana = AgentProfile("ANA", "Ana", {"regular": 5, "internet": 5})
    ben = AgentProfile("BEN", "Ben", {"regular": 5})
    eve = AgentProfile("EVE", "Eve", {"internet": 5})
    assert not may_leave(ana, [ana, ben], [], ["internet"])
    assert may_leave(ana, [ana, ben], [], ["regular"])
    assert may_leave(ana, [ana, ben], [eve], ["regular", "internet"]), "who comes later can serve them"
    assert may_leave(ana, [ana], [], [])
    assert may_leave(eve, [eve], [], ["regular"]), "calls they can't serve hold nobody"
    assert not may_leave(ana, [ana], [ana], ["regular"]), "coming back oneself is no help"


def test_callers_who_waited_although_somebody_was_free_are_counted() -> None:
    calls = [
        call(1, at=0, talk=100),
        call(2, at=10, wait=30, talk=10, agent="BEN"),  # Ben has not come yet, Ana is talking
        call(3, at=200, wait=60, talk=10),  # Ana is free
        call(4, at=210, wait=60, talk=None, service="internet"),  # nobody serves that
        call(5, at=220, wait=1, talk=None),  # did not wait
    ]
    told = absence(calls, [span("ANA", 0, 300), span("BEN", 40, 50)])
    assert told == (3, 1)
    assert "1 of the 3 callers who waited in the record (33%)" in str(told)


def test_an_agent_in_overlapping_calls_is_busy_until_the_last_one_ends() -> None:
    calls = [call(1, at=0, talk=500), call(2, at=10, talk=5), call(3, at=100, wait=50, talk=None)]
    assert absence(calls, [span("ANA", 0, 600)]) == (1, 0)
