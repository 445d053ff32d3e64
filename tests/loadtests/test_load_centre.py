from pathlib import Path

from hub.router.policy.parsing import load_policy
from loadtests import centre
from loadtests.plan import load_of

PLAN = load_of(400, 2_000, 60, skills=50, queues=200)


def test_agents_have_three_to_eight_skills_and_hardly_two_are_alike() -> None:
    team = dict(centre.agents(2_000, skills=50))
    assert {len(skills) for skills in team.values()} == {3, 4, 5, 6, 7, 8}
    assert {level for skills in team.values() for level in skills.values()} == {1, 2, 3, 4, 5}
    assert len({name for skills in team.values() for name in skills}) == 50
    assert len({frozenset(skills.items()) for skills in team.values()}) > 1_950


def test_without_many_skills_everybody_can_do_everything() -> None:
    assert {frozenset(skills) for _, skills in centre.agents(10)} == {frozenset(centre.SERVICES)}
    assert centre.services(load_of(10, 10, 1)) == centre.SERVICES


def test_each_service_has_a_queue_that_somebody_can_serve(tmp_path: Path) -> None:
    policy = load_policy(centre.policy(PLAN, tmp_path))
    rules = {rule.service: rule for rule in policy.rules}
    team = dict(centre.agents(2_000, skills=50))
    assert len({rules[service].queue for service in centre.services(PLAN)}) == 200
    for service in centre.services(PLAN):
        [(skill, level)] = rules[service].skills.items()
        assert any(skills.get(skill, 0) >= level for skills in team.values())
