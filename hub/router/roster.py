"""All agents of a pool, and for each need those who fit it."""

from collections.abc import Iterable, Mapping

from hub.router.agents import Need, NeedKey, Profile, ProfileKey, Seat
from hub.router.bench import Bench
from hub.router.order import AgentChoice

Room = tuple[int, str, bool, AgentChoice]
"""What needs of one skill must have in common to share benches: units, channel, whether they interrupt, and what
agents are in order of."""


class Roster:
    """Seats, profiles and needs, each made when it is asked for the first time. Needs that ask for one skill share a
    bench for each of its levels, so that an agent is shown once a skill; others have one of their own."""

    __slots__ = ("_benches", "_by_skill", "_needs", "_profiles", "_sharing", "seats")

    def __init__(self) -> None:
        self.seats: dict[str, Seat] = {}
        self._profiles: dict[ProfileKey, Profile] = {}
        self._needs: dict[NeedKey, Need] = {}
        self._by_skill: dict[str, list[Need]] = {}
        self._benches: dict[tuple[str, int, Room], Bench] = {}
        self._sharing: dict[str, dict[Room, list[Need]]] = {}
        """By skill: the needs that share benches."""

    def need(self, key: NeedKey) -> Need:
        """The need for these, with all who fit."""
        need = self._needs.get(key)
        if need is None:
            need = self._needs[key] = Need(key)
            self._by_skill.setdefault(_skill(need), []).append(need)
            for profile in self._profiles.values():
                if need.fits(profile):
                    profile.add(need)
            need.signed_on = sum(one.signed_on and need in one.profile.needs for one in self.seats.values())
            if need.is_simple:
                self._share_benches(need)
            else:
                self._own_bench(need)
        return need

    def needs(self) -> Iterable[Need]:
        """All that was ever asked for."""
        return self._needs.values()

    def profiles(self) -> Iterable[Profile]:
        """Those that some agent has."""
        return self._profiles.values()

    def seat(self, agent_id: str) -> Seat:
        """The agent's seat; an agent not seen before has one without skills or room."""
        seat = self.seats.get(agent_id)
        if seat is None:
            seat = self.seats[agent_id] = Seat(agent_id, self._join({}, frozenset(), {}))
        return seat

    def equip(
        self, seat: Seat, skills: Mapping[str, int], languages: Iterable[str], attributes: Mapping[str, str]
    ) -> None:
        """What the agent can do from now on."""
        signed_on = seat.signed_on
        self.sign(seat, False)
        self._leave(seat.profile)
        seat.take(self._join(skills, frozenset(languages), attributes))
        self.sign(seat, signed_on)

    def sign(self, seat: Seat, on: bool) -> None:
        """Whether the agent is signed on, and counts with those who fit."""
        if seat.signed_on is not on:
            seat.signed_on = on
            for need in seat.profile.needs:
                need.signed_on += 1 if on else -1

    def _join(self, skills: Mapping[str, int], languages: frozenset[str], attributes: Mapping[str, str]) -> Profile:
        key = (frozenset(skills.items()), languages, frozenset(attributes.items()))
        profile = self._profiles.get(key)
        if profile is None:
            profile = self._profiles[key] = Profile(key, dict(skills), languages, dict(attributes))
            for skill, level in (("", 0), *skills.items()):
                for need in self._by_skill.get(skill, ()):
                    if need.fits(profile):
                        profile.add(need)
                        if not need.is_simple:
                            profile.benches += need.benches
                for room, needs in self._sharing.get(skill, {}).items():
                    profile.benches.append(self._bench(skill, level, room, needs))
        profile.seats += 1
        return profile

    def _leave(self, profile: Profile) -> None:
        profile.seats -= 1
        if not profile.seats:
            del self._profiles[profile.key]

    def _own_bench(self, need: Need) -> None:
        bench = Bench(need, need.choice)
        need.benches = [bench]
        need.is_ranked = bench.is_ranked
        for profile in self._profiles.values():
            if need in profile.needs:
                profile.benches.append(bench)
        bench.refill(seat.idle for seat in self.seats.values() if need in seat.profile.needs)

    def _share_benches(self, need: Need) -> None:
        skill = _skill(need)
        by = AgentChoice.LONGEST_IDLE if need.choice is AgentChoice.HIGHEST_LEVEL else need.choice
        need.is_ranked = by is not AgentChoice.LONGEST_IDLE
        room = (need.units, need.channel, need.interrupts, by)
        sharing = self._sharing.setdefault(skill, {})
        if room in sharing:
            sharing[room].append(need)
        else:
            sharing[room] = [need]
            for profile in self._profiles.values():
                level = profile.skills.get(skill) if skill else 0
                if level is not None:
                    profile.benches.append(self._bench(skill, level, room, [need]))
        benches = [bench for (name, _, one), bench in self._benches.items() if name == skill and one == room]
        if sharing[room] == [need]:
            for bench in benches:
                bench.refill(one.idle for one in self.seats.values() if bench in one.profile.benches)
        _look_at(need, benches)

    def _bench(self, skill: str, level: int, room: Room, needs: Iterable[Need]) -> Bench:
        bench = self._benches.get((skill, level, room))
        if bench is None:
            needs = list(needs)
            bench = self._benches[skill, level, room] = Bench(needs[0], room[3], level)
            for need in needs:
                _look_at(need, [*need.benches, bench])
        return bench


def _skill(need: Need) -> str:
    return need.skills[0][0] if need.skills else ""


def _look_at(need: Need, benches: Iterable[Bench]) -> None:
    """Look for agents on those of these benches whose level is enough."""
    least = need.skills[0][1] if need.skills else 0
    need.benches = sorted((one for one in benches if one.level >= least), key=lambda one: -one.level)
