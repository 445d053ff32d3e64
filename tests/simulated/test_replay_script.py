from datetime import UTC, datetime, timedelta

from hub.domain.contact import Channel, Contact, Path
from hub.simulated.behaviour import Step, Work
from hub.simulated.replay_script import RecordedBehaviour
from hub.simulated.schedule import ScheduledCall

NINE = datetime(1999, 2, 1, 9, tzinfo=UTC)


class Day:
    def __init__(self) -> None:
        self.now = NINE
        contact = Contact(id="call-1", path=Path(channel=Channel.PHONE), occurred_at=NINE)
        impatient = ScheduledCall(contact, NINE, patience=30, talk=120)
        served = ScheduledCall(contact, NINE, patience=None, talk=77)
        self.behaviour = RecordedBehaviour(
            {"call-1": impatient, "call-2": served}, lambda: self.now, 60, {"stock": ("closed", "open")}
        )

    def after(self, seconds: float) -> None:
        self.now = NINE + timedelta(seconds=seconds)


def work(contact_id: str = "call-1", step: Step = Step.OFFERED) -> Work:
    return Work("interaction-1", "ANA", "offer-1-1", contact_id, step=step)


def test_who_is_taken_within_the_recorded_patience_does_not_hang_up() -> None:
    day = Day()
    day.after(29)
    assert day.behaviour.reaction(work()) == ("accept", 0)
    assert not day.behaviour.hangs_up("call-1")


def test_nobody_takes_a_call_that_is_hanging_up() -> None:
    day = Day()
    day.after(30)
    reaction = day.behaviour.reaction(work())
    assert reaction.after >= 60, "left alone for at least a second of the wall"
    assert day.behaviour.hangs_up("call-1")


def test_an_offer_that_came_to_nothing_leaves_the_caller_free_to_hang_up() -> None:
    day = Day()
    day.behaviour.reaction(work())
    day.behaviour.saw(work(step=Step.LOST))
    assert day.behaviour.hangs_up("call-1")


def test_who_was_served_in_the_record_is_served_however_late() -> None:
    day = Day()
    day.after(9_999)
    assert day.behaviour.reaction(work("call-2")) == ("accept", 0)
    assert not day.behaviour.is_gone("call-2")


def test_talks_last_as_recorded_and_wrap_up_takes_no_time() -> None:
    day = Day()
    assert day.behaviour.talk(work("call-2")) == 77
    assert day.behaviour.wrap_up(work()) == (0, "resolved")
    assert day.behaviour.wrap_up(Work("interaction-1", "ANA", queue="stock")) == (0, "closed")
    assert day.behaviour.rest(work()) == 0


def test_who_goes_home_is_not_called_back() -> None:
    day = Day()
    assert day.behaviour.back_after("ANA") == 0
    day.behaviour.leaving.add("ANA")
    assert day.behaviour.back_after("ANA") == float("inf")
