"""All agents of a pool, and for each need those who fit it."""

from collections.abc import Iterable, Iterator, Mapping

from hub.router.matching.agents import Ability, FitKey, Need, NeedKey, Profile, ProfileKey, Seat
from hub.router.matching.bench import Bench

_EVERYBODY = ""
"""The skill that all agents have, at level 0: who asks for nothing looks for it."""


class Roster:
    """Seats, profiles and needs, each made when it is asked for the first time. What asks for one skill looks for its
    levels, so that an agent is shown once a skill; what asks for more looks for an ability of its own. A new need or
    profile looks only at what has a skill in common with it."""

    __slots__ = ("_asking", "_combined", "_indexed", "_levels", "_needs", "_profiles", "seats")

    def __init__(self) -> None:
        self.seats: dict[str, Seat] = {}
        self._profiles: dict[ProfileKey, Profile] = {}
        self._needs: dict[NeedKey, Need] = {}
        self._levels: dict[str, dict[int, Ability]] = {_EVERYBODY: {0: Ability()}}
        """By skill: the levels that somebody had."""
        self._asking: dict[str, list[Need]] = {}
        """By skill: what asks for it alone."""
        self._combined: dict[FitKey, Ability] = {}
        self._indexed: dict[str, list[tuple[Need, Ability]]] = {}
        """The combined ones with one of those who ask for them, by one skill that whoever has them must have."""

    def need(self, key: NeedKey) -> Need:
        """The need for these, with all who fit."""
        need = self._needs.get(key)
        if need is None:
            need = self._needs[key] = Need(key)
            if need.is_simple:
                skill = need.skills[0][0] if need.skills else _EVERYBODY
                self._asking.setdefault(skill, []).append(need)
                for ability in self._at_least(skill, need.least):
                    _look_for(need, ability)
            else:
                _look_for(need, self._combine(need))
        return need

    def needs(self) -> Iterable[Need]:
        """All that was ever asked for."""
        return self._needs.values()

    def seat(self, agent_id: str) -> Seat:
        """The agent's seat; an agent not seen before has one without skills or room."""
        seat = self.seats.get(agent_id)
        if seat is None:
            seat = self.seats[agent_id] = Seat(agent_id, self._profile({}, frozenset(), {}))
            self._join(seat)
        return seat

    def equip(
        self, seat: Seat, skills: Mapping[str, int], languages: Iterable[str], attributes: Mapping[str, str]
    ) -> None:
        """What the agent can do from now on."""
        profile = self._profile(skills, frozenset(languages), attributes)
        if profile is not seat.profile:
            self._leave(seat)
            seat.take(profile)
            self._join(seat)

    def sign(self, seat: Seat, on: bool) -> None:
        """Whether the agent is signed on, and counts with those who fit."""
        if seat.signed_on is not on:
            seat.signed_on = on
            for ability in seat.abilities:
                ability.signed_on += 1 if on else -1

    def _profile(self, skills: Mapping[str, int], languages: frozenset[str], attributes: Mapping[str, str]) -> Profile:
        names = tuple(sorted(skills))
        key = (names, tuple(skills[name] for name in names), languages, frozenset(attributes.items()))
        profile = self._profiles.get(key)
        if profile is None:
            profile = self._profiles[key] = Profile(key, dict(skills), languages, dict(attributes))
            profile.abilities = tuple(self._abilities_of(profile))
        return profile

    def _abilities_of(self, profile: Profile) -> Iterator[Ability]:
        for skill, level in ((_EVERYBODY, 0), *profile.skills.items()):
            yield self._level(skill, level)
            for need, ability in self._indexed.get(skill, ()):
                if need.fits(profile):
                    yield ability

    def _join(self, seat: Seat) -> None:
        seat.profile.seats += 1
        for ability in seat.abilities:
            ability.seats.add(seat)
            ability.signed_on += seat.signed_on

    def _leave(self, seat: Seat) -> None:
        profile = seat.profile
        profile.seats -= 1
        if not profile.seats:
            del self._profiles[profile.key]
        for ability in profile.abilities:
            ability.seats.discard(seat)
            ability.signed_on -= seat.signed_on

    def _level(self, skill: str, level: int) -> Ability:
        levels = self._levels.setdefault(skill, {})
        ability = levels.get(level)
        if ability is None:
            ability = levels[level] = Ability(level)
            for need in self._asking.get(skill, ()):
                if need.least <= level:
                    _look_for(need, ability)
        return ability

    def _at_least(self, skill: str, least: int) -> list[Ability]:
        return [ability for level, ability in self._levels.get(skill, {}).items() if level >= least]

    def _combine(self, need: Need) -> Ability:
        """The ability to do all that it asks for, found among those who have the rarest of the skills."""
        fit = need.key[:3]
        ability = self._combined.get(fit)
        if ability is None:
            ability = self._combined[fit] = Ability()
            skills = [skill for skill, _ in need.skills] or [_EVERYBODY]
            index = min(skills, key=lambda skill: len(self._indexed.get(skill, ())))
            self._indexed.setdefault(index, []).append((need, ability))
            found = [self._at_least(*asked) for asked in need.skills] or [self._at_least(_EVERYBODY, 0)]
            rarest = min(found, key=lambda abilities: sum(len(one.seats) for one in abilities))
            ability.seats = {seat for one in rarest for seat in one.seats if need.fits(seat.profile)}
            ability.signed_on = sum(seat.signed_on for seat in ability.seats)
            for profile in {seat.profile for seat in ability.seats}:
                profile.abilities += (ability,)
            for seat in ability.seats:
                seat.take(seat.profile)
        return ability


def _look_for(need: Need, ability: Ability) -> None:
    """Work with this need looks for agents among those who have this ability."""
    bench = next((one for one in ability.benches if one.room == need.room), None)
    if bench is None:
        bench = Bench(need, ability.level)
        bench.refill(seat.idle for seat in ability.seats)
        ability.benches.append(bench)
    need.abilities.append(ability)
    need.benches.append(bench)
    need.benches.sort(key=lambda one: -one.level)
    ability.lines += need.lines
