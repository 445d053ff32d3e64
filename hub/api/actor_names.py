"""What those are called who did something: for answers that tell facts with their actors."""

from collections.abc import Collection

from hub.api.services import Services
from hub.projections.agent_names import names_of

_PERSON, _AGENT = "person:", "agent:"


async def names_of_actors(services: Services, actors: Collection[str]) -> dict[str, str]:
    """By actor: people by what they are called here, agents by the name they signed on with, else by that of the person
    they are. Others have none."""
    agents = {one.removeprefix(_AGENT) for one in actors if one.startswith(_AGENT)}
    names = {f"{_AGENT}{agent}": name for agent, name in (await _of_agents(services, agents)).items()}
    people = services.staff.people.staff.people
    named = {one: people.get(one.removeprefix(_PERSON)) for one in actors if one.startswith(_PERSON)}
    return names | {one: person.name for one, person in named.items() if person is not None and person.name}


async def _of_agents(services: Services, agents: Collection[str]) -> dict[str, str]:
    if not agents:
        return {}
    signed_on = await services.views.read(lambda views: names_of(views, agents))
    if len(signed_on) == len(agents):
        return signed_on
    here = services.staff.people.staff.people.values()
    return {one.agent_id: one.name for one in here if one.agent_id in agents and one.name} | signed_on
