"""What teams let people do, when a session is over, and how long who guesses waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.access.credential import EVERYTHING, Reach
from hub.domain.access.events import Role
from hub.domain.access.people.decide import (
    Profile,
    add_person,
    anonymise,
    change_password,
    change_person,
    choose_language,
    disable,
    enable,
    hash_anew,
    set_team,
)
from hub.domain.access.people.state import TEAM_ROLES, Staff, Team, credential_of, evolve, reach_of, role_of
from hub.domain.access.sessions.events import PREFIX, day_stream, session_stream
from hub.domain.access.throttle import OF_ADDRESS, OF_LOGIN, Patience, wait
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.event import Event

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "operator:root"}


def after(staff: Staff, *events: Event) -> Staff:
    return evolve(staff, enumerate(events, 1))


def staff_of(*teams: Team, **people: tuple[str, ...]) -> Staff:
    """People by id, login and agent id, in these teams."""
    staff = Staff()
    for team in teams:
        staff = after(staff, *set_team(staff, team, **META))
    for name, theirs in people.items():
        staff = after(staff, *add_person(staff, name, Profile(name, name, theirs, f"agent-{name}"), **META))
    return staff


AGENTS, NIGHT = Team("agents", "Agents", Role.AGENT), Team("night", "Night", Role.AGENT)
LEADS = Team("leads", "Leads", Role.SUPERVISOR, ("cards",), ("agents",))
BOSSES = Team("bosses", "Bosses", Role.SUPERVISOR)
ADMINS = Team("admins", "Admins", Role.ADMIN)
ALL = (AGENTS, NIGHT, LEADS, BOSSES, ADMINS)


@given(st.sets(st.sampled_from([team.team_id for team in ALL])))
def test_the_highest_role_of_a_persons_teams_is_theirs(teams: set[str]) -> None:
    staff = staff_of(*ALL, ann=tuple(sorted(teams)))
    roles = {staff.teams[team].role for team in teams}
    role = role_of(staff, staff.people["ann"])
    assert role is max(roles, key=TEAM_ROLES.index, default=None)
    credential = credential_of(staff, staff.people["ann"], "session-1")
    assert (credential is None) == (not teams)
    if credential is not None:
        assert (credential.role, credential.agent_id, credential.person_id) == (role, "agent-ann", "ann")


def test_supervisors_reach_what_their_teams_name() -> None:
    staff = staff_of(
        *ALL, ann=("agents",), bob=("night",), eve=("leads",), sue=("leads", "bosses"), amy=("leads", "admins")
    )
    reach = {name: reach_of(staff, one) for name, one in staff.people.items()}
    assert reach["eve"] == Reach(frozenset({"cards"}), frozenset({"agent-ann", "agent-eve"}))
    assert reach["sue"] == reach["amy"] == EVERYTHING
    two = Team("two", "Two", Role.SUPERVISOR, ("loans",), ("night",))
    more = after(staff, *set_team(staff, two, **META))
    more = after(more, *change_person(more, "eve", Profile("eve", "eve", ("leads", "two"), "agent-eve"), **META))
    found = reach_of(more, more.people["eve"])
    assert found == Reach(frozenset({"cards", "loans"}), frozenset({"agent-ann", "agent-bob", "agent-eve"}))


def test_what_is_so_already_is_no_fact() -> None:
    staff = staff_of(*ALL, ann=("agents",))
    assert change_person(staff, "ann", Profile("ann", "ann", ("agents",), "agent-ann"), **META) == []
    assert set_team(staff, AGENTS, **META) == []
    assert enable(staff, "ann", **META) == []
    assert choose_language(after(staff, *choose_language(staff, "ann", "fa", **META)), "ann", "fa", **META) == []
    gone = after(staff, *disable(staff, "ann", **META))
    assert disable(gone, "ann", **META) == []
    forgotten = after(gone, *anonymise(gone, "ann", **META))
    assert anonymise(forgotten, "ann", **META) == []
    with pytest.raises(NotFoundError, match="known no longer"):
        enable(forgotten, "ann", **META)


def test_a_login_that_was_left_is_free_and_one_that_is_taken_is_not() -> None:
    staff = staff_of(*ALL, ann=("agents",))
    with pytest.raises(InvalidError, match="login"):
        add_person(staff, "two", Profile(" Ａｎｎ ", "Two"), **META)
    moved = after(staff, *change_person(staff, "ann", Profile("anne", "ann", ("agents",), "agent-ann"), **META))
    assert moved.with_login("ann") is None
    assert moved.with_login("ANNE") is moved.people["ann"]
    assert add_person(moved, "two", Profile("ann", "Two"), **META)


def test_a_hash_is_renewed_only_where_the_password_is_still_that() -> None:
    staff = staff_of(*ALL, ann=("agents",))
    staff = evolve(staff, [(7, *change_password(staff, "ann", "hash-1", must_change=True, **META))])
    assert (staff.people["ann"].ended_at, staff.people["ann"].must_change) == (7, True)
    renewed = evolve(staff, [(9, *hash_anew(staff, "ann", "hash-1", "hash-2", **META))])
    ann = renewed.people["ann"]
    assert (ann.password_hash, ann.ended_at, ann.must_change) == ("hash-2", 7, True)
    assert hash_anew(renewed, "ann", "hash-1", "hash-3", **META) == []


def test_a_sessions_id_names_its_stream() -> None:
    assert session_stream("session-20260105-00ff") == day_stream(NOON) == f"{PREFIX}20260105"
    assert session_stream("nonsense") == ""


@given(
    st.lists(st.floats(0, 3600), max_size=200).map(sorted),
    st.floats(0, 7200),
    st.sampled_from([OF_LOGIN, OF_ADDRESS, Patience(0)]),
)
def test_who_guesses_waits_never_longer_than_the_longest_and_not_at_all_at_first(
    failed: list[float], later: float, patience: Patience
) -> None:
    times = [NOON + timedelta(seconds=one) for one in failed]
    now = max([NOON + timedelta(seconds=later), *times])
    pause = wait(times, patience, now)
    assert timedelta(0) <= pause <= patience.longest
    if sum(now - at < patience.window for at in times) < patience.free:
        assert pause == timedelta(0)
    assert wait(times, patience, now + pause) == timedelta(0)


def test_each_failure_doubles_the_wait() -> None:
    times = [NOON] * 5
    waits = []
    for _ in range(8):
        waits.append(wait(times, OF_LOGIN, NOON).total_seconds())
        times.append(NOON)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
