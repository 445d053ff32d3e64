"""Every sentence of the hub that a screen may show has its Persian, and no Persian is kept for what nobody says."""

import json
from pathlib import Path

import pytest

from tests.words.scope import AREAS, WORDS, said, single_words

CATALOGUES = Path(__file__).parents[2] / "ui/src/words/hub"


def catalogue(area: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((CATALOGUES / f"{area}.fa.json").read_text("utf-8"))
    return texts


def test_there_is_a_catalogue_for_each_area_and_no_other() -> None:
    assert {path.name for path in CATALOGUES.glob("*.json")} == {f"{area}.fa.json" for area in [*AREAS, WORDS]}


@pytest.mark.parametrize("area", AREAS)
def test_every_sentence_of_the_area_has_its_persian(area: str) -> None:
    missing = said()[area] - catalogue(area).keys()
    assert not missing, f"write their Persian in {CATALOGUES / area}.fa.json: {sorted(missing)}"


@pytest.mark.parametrize("area", AREAS)
def test_no_persian_is_kept_for_what_the_hub_says_no_more(area: str) -> None:
    stale = catalogue(area).keys() - said()[area]
    assert not stale, f"take them out of {area}.fa.json, or set right what was reworded: {sorted(stale)}"


def test_every_single_word_stands_in_the_source() -> None:
    stale = catalogue(WORDS).keys() - single_words()
    assert not stale, f"take them out of {WORDS}.fa.json: {sorted(stale)}"


@pytest.mark.parametrize("area", [*AREAS, WORDS])
def test_a_catalogue_is_in_order_so_that_two_who_add_to_it_meet_seldom(area: str) -> None:
    keys = list(catalogue(area))
    assert keys == sorted(keys)
