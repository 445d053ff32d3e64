"""A population whose truth is known, through the real import and intake, on a real store: no rule joins two parties,
and what is taken away leaves what was."""

import asyncio
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from hub.domain.customer.links.rules import STRONG
from hub.journal.store import open_store
from loadtests.known_truth import Trial, Truth
from loadtests.unlinking import links_by_hand_leave_no_trace, unlinked_ones_are_as_if_never_linked

PEOPLE, COMPANIES, LINKS = 1_000, 20, 50


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    made = Trial(Path(tmp_path_factory.mktemp("population")), PEOPLE, COMPANIES)
    asyncio.run(made.live())
    return made


@pytest.fixture(scope="module")
def truth(trial: Trial) -> Truth:
    return trial.truth()


def test_no_rule_joins_two_parties(truth: Truth) -> None:
    assert truth.customers > PEOPLE // 2
    assert truth.wrong == 0


def test_most_of_what_is_one_partys_comes_together(truth: Truth) -> None:
    assert truth.recall > 0.8
    assert truth.recall_of_attested > 0.9


def test_numbers_that_got_new_owners_wait_for_a_steward(trial: Trial, truth: Truth) -> None:
    population = trial.population
    proven = {(party, one) for party, together in trial.lives.attested for one in together}
    passed_on = {one.value for party in population.parties for one in party.phones if one.since}
    handed_on = [
        one
        for one, holders in population.holders.items()
        if one[1] in passed_on and len(holders) == 2 and all((party, one) in proven for party in holders)
    ]
    assert handed_on
    with closing(open_store(trial.settings)) as store, closing(trial.book(store)) as book:
        waiting = {stream for one in book.conflicts() for stream in (one.left, one.right)} | book.shared()
    assert any(trial.stream_of[one] in waiting for one in handed_on)
    assert truth.conflicts["conflict"]
    assert truth.conflicts["names"]


def test_what_six_people_prove_to_be_theirs_is_found_out_to_be_shared(trial: Trial) -> None:
    provers = defaultdict(set)
    for party, together in trial.lives.attested:
        if any(kind in STRONG for kind, _ in together):
            for one in together:
                provers[one].add(party)
    expected = {trial.stream_of[one] for one, parties in provers.items() if one[0] == "phone" and len(parties) >= 6}
    assert expected
    with closing(open_store(trial.settings)) as store, closing(trial.book(store)) as book:
        assert expected <= book.shared()


def test_links_by_hand_that_are_taken_away_leave_no_trace(trial: Trial) -> None:
    assert asyncio.run(links_by_hand_leave_no_trace(trial, LINKS))


def test_links_of_rules_that_are_taken_away_were_never_there(trial: Trial) -> None:
    assert asyncio.run(unlinked_ones_are_as_if_never_linked(trial, LINKS))
