"""All agents of a pool, and for each need those who fit it."""

from collections.abc import Iterable, Mapping

from hub.router.agents import Need, NeedKey, Profile, ProfileKey, Seat
from hub.router.choice import refill


class Roster:
    """Seats, profiles and needs, each made when it is asked for the first time."""

    __slots__ = ("_by_skill", "_needs", "_profiles", "seats")

    def __init__(self) -> None:
        self.seats: dict[str, Seat] = {}
        self._profiles: dict[ProfileKey, Profile] = {}
        self._needs: dict[NeedKey, Need] = {}
        self._by_skill: dict[str, list[Need]] = {}

    def need(self, key: NeedKey) -> Need:
        """The need for these, with all who fit."""
        need = self._needs.get(key)
        if need is None:
            need = self._needs[key] = Need(key)
            self._by_skill.setdefault(key[0][0][0] if key[0] else "", []).append(need)
            for profile in self._profiles.values():
                if need.fits(profile):
                    profile.add(need)
            need.signed_on = sum(one.signed_on and need in one.profile.needs for one in self.seats.values())
            refill(need, (seat.idle for seat in self.seats.values()))
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
        seat.profile = self._join(skills, frozenset(languages), attributes)
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
            for skill in ("", *skills):
                for need in self._by_skill.get(skill, ()):
                    if need.fits(profile):
                        profile.add(need)
        profile.seats += 1
        return profile

    def _leave(self, profile: Profile) -> None:
        profile.seats -= 1
        if not profile.seats:
            del self._profiles[profile.key]
