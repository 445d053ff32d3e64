"""Given ranges of what is measured of customers, what they say of each other is known, and told in few words."""

import pytest

from hub.paths.policy.boxes import MOST_PIECES, OTHER, Box, Space, TooManyError, described
from hub.paths.policy.conditions import EVERYTHING, Allowed, Measure
from hub.paths.policy.model import Money

TOP = EVERYTHING[1]
NEVER = "never"
SPACE = Space(
    {
        "kind": frozenset(("B2C", "B2B", "B2G")), "segment": frozenset(("loyal", "")),
        "value_tier": frozenset(("high", "standard", OTHER)), "account": frozenset(("yes", "no")),
    },
    (30, 90),
)  # fmt: skip
TOMAN = Money(shown_as="toman", shown_units=10).shown


def box(text: str) -> Box:
    """`purchases in 30 days 2-4, contacts 1-, days since contact never-5, kind B2C|B2B`."""
    return dict(_condition(part) for part in text.split(", ") if part)


def _condition(text: str) -> tuple[Measure, Allowed]:
    words, _, allowed = text.rpartition(" ")
    words, _, days = words.partition(" in ")
    measure = Measure(words.replace(" ", "_"), int(days.removesuffix(" days") or 0))
    if measure.name in SPACE.domains:
        return measure, frozenset(allowed.split("|"))
    if allowed == NEVER:
        return measure, (-1, 0)
    low, _, high = allowed.partition("-")
    return measure, (-1 if low == NEVER else int(low), int(high) + 1 if high else TOP)


@pytest.mark.parametrize(
    ("given", "implied"),
    [
        ("", ""),
        ("kind B2C", ""),
        ("tenure days never-5", "tenure days 0-5"),
        ("case severity never-5", "case severity 0-5"),
        ("days until never-5", ""),
        (
            "purchases 0-0",
            "purchases in 30 days 0-0, purchases in 90 days 0-0, spent 0-0, spent in 30 days 0-0, "
            "spent in 90 days 0-0, days since purchase never, days since first purchase never",
        ),
        ("purchases 0-4", "purchases in 30 days 0-4, purchases in 90 days 0-4"),
        ("purchases 0-1", "purchases in 30 days 0-1, purchases in 90 days 0-1"),
        (
            "purchases 1-1",
            "purchases in 30 days 0-1, purchases in 90 days 0-1, days since purchase 0-, days since first purchase 0-",
        ),
        (
            "purchases 3-",
            "purchases in 30 days 0-, purchases in 90 days 0-, days since purchase 0-, days since first purchase 0-",
        ),
        ("purchases in 30 days 0-0", "spent in 30 days 0-0"),
        ("purchases in 30 days 0-4", ""),
        (
            "purchases in 30 days 2-4",
            "purchases 2-, purchases in 90 days 2-, days since purchase 0-29, days since first purchase 0-",
        ),
        ("purchases in 90 days 0-0", "purchases in 30 days 0-0, spent in 30 days 0-0, spent in 90 days 0-0"),
        (
            "purchases in 90 days 2-4",
            "purchases 2-, purchases in 30 days 0-4, days since purchase 0-89, days since first purchase 0-",
        ),
        ("spent 0-0", "spent in 30 days 0-0, spent in 90 days 0-0"),
        (
            "spent 5-9",
            "spent in 30 days 0-9, spent in 90 days 0-9, purchases 1-, purchases in 30 days 0-, "
            "purchases in 90 days 0-, days since purchase 0-, days since first purchase 0-",
        ),
        ("spent in 30 days 0-0", ""),
        (
            "spent in 30 days 5-9",
            "spent 5-, spent in 90 days 5-, purchases 1-, purchases in 30 days 1-, purchases in 90 days 1-, "
            "days since purchase 0-29, days since first purchase 0-",
        ),
        (
            "days since purchase never",
            "days since first purchase never, purchases 0-0, purchases in 30 days 0-0, purchases in 90 days 0-0, "
            "spent 0-0, spent in 30 days 0-0, spent in 90 days 0-0",
        ),
        ("days since purchase never-0", ""),
        ("days since purchase never-5", ""),
        (
            "days since purchase 0-0",
            "days since first purchase 0-, purchases 1-, purchases in 30 days 0-, purchases in 90 days 0-",
        ),
        (
            "days since purchase 29-",
            "days since first purchase 29-, purchases 1-, purchases in 30 days 0-, purchases in 90 days 0-",
        ),
        (
            "days since purchase 30-",
            "days since first purchase 30-, purchases 1-, purchases in 30 days 0-0, purchases in 90 days 0-, "
            "spent in 30 days 0-0",
        ),
        (
            "days since purchase 90-200",
            "days since first purchase 90-, purchases 1-, purchases in 30 days 0-0, purchases in 90 days 0-0, "
            "spent in 30 days 0-0, spent in 90 days 0-0",
        ),
        (
            "days since first purchase never",
            "days since purchase never, purchases 0-0, purchases in 30 days 0-0, purchases in 90 days 0-0, "
            "spent 0-0, spent in 30 days 0-0, spent in 90 days 0-0",
        ),
        ("days since first purchase never-0", ""),
        (
            "days since first purchase 0-29",
            "days since purchase 0-29, purchases 1-, purchases in 30 days 1-, purchases in 90 days 1-",
        ),
        (
            "days since first purchase 0-30",
            "days since purchase 0-30, purchases 1-, purchases in 30 days 0-, purchases in 90 days 1-",
        ),
        (
            "days since first purchase 29-29, purchases 2-3, spent 5-7",
            "days since purchase 0-29, purchases in 30 days 2-3, purchases in 90 days 2-3, spent in 30 days 5-7, "
            "spent in 90 days 5-7",
        ),
        (
            "days since first purchase 30-40, purchases 2-3, spent 5-7",
            "days since purchase 0-40, purchases in 30 days 0-3, purchases in 90 days 2-3, spent in 30 days 0-7, "
            "spent in 90 days 5-7",
        ),
        ("contacts 0-0", "days since contact never"),
        ("contacts 0-1", ""),
        ("contacts 1-1", "days since contact 0-"),
        ("contacts never-4", "contacts 0-4"),
        ("days since contact never", "contacts 0-0"),
        ("days since contact never-0", ""),
        ("days since contact 0-0", "contacts 1-"),
        ("days since contact 7-", "contacts 1-"),
    ],
)  # fmt: skip
def test_what_is_measured_says_something_of_other_measures(given: str, implied: str) -> None:
    assert SPACE.closed(box(given)) == {**box(given), **box(implied)}


@pytest.mark.parametrize(
    "given",
    [
        "purchases 0-0, spent 1-",
        "purchases 3-, purchases in 90 days 2-4, purchases in 30 days 5-",
        "days since purchase 30-, purchases in 30 days 1-",
        "days since purchase 20-, days since first purchase 0-19",
        "days since first purchase 0-9, spent 6-, spent in 30 days 0-5",
        "contacts 0-0, days since contact 0-",
        "contacts 3-, days since contact never",
    ],
)
def test_nobody_is_in_a_box_that_contradicts_itself(given: str) -> None:
    assert SPACE.closed(box(given)) is None


def test_the_shortest_window_is_a_day() -> None:
    space = Space({}, (1, 2))
    for what in ("spent", "purchases"):
        bought = space.closed(box(f"{what} in 1 days 3-"))
        assert bought is not None
        assert bought[Measure(what, 2)] == bought[Measure(what)] == (3, TOP)
        few = space.closed(box(f"{what} in 2 days 0-3"))
        assert few == box(f"{what} in 2 days 0-3, {what} in 1 days 0-3")


def test_nobody_has_one_of_no_names() -> None:
    assert SPACE.closed({Measure("kind"): frozenset(), **box("contacts 3-")}) is None


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("", "tenure days 3-", "tenure days 3-"),
        ("tenure days 3-9, kind B2C|B2B", "tenure days 5-12, kind B2B|B2G", "tenure days 5-9, kind B2B"),
        ("tenure days 3-9", "tenure days 9-12", "tenure days 9-9"),
        ("tenure days 3-9", "tenure days 10-12", None),
        ("kind B2C", "kind B2B", None),
        ("contacts 0-0", "days since contact 3-", None),
        ("contacts 1-", "days since contact never-5", "contacts 1-, days since contact 0-5"),
    ],
)
def test_who_is_in_both(one: str, other: str, both: str | None) -> None:
    for first, second in ((one, other), (other, one)):
        assert SPACE.common(box(first), box(second)) == (None if both is None else box(both))


@pytest.mark.parametrize(
    ("whole", "other", "pieces"),
    [
        ("tenure days 3-9", "tenure days 20-", ["tenure days 3-9"]),
        ("tenure days 3-9", "tenure days 0-20", []),
        ("tenure days 3-9", "tenure days 3-9", []),
        ("tenure days 3-9", "tenure days 5-6", ["tenure days 3-4", "tenure days 7-9"]),
        ("tenure days 3-9", "tenure days 0-3", ["tenure days 4-9"]),
        ("tenure days 3-9", "tenure days 9-12", ["tenure days 3-8"]),
        ("", "tenure days 5-", ["tenure days 0-4"]),
        ("", "kind B2C", ["kind B2B|B2G"]),
        (
            "tenure days 3-9",
            "tenure days 5-, kind B2C, account yes",
            ["tenure days 3-4", "tenure days 5-9, kind B2B|B2G", "tenure days 5-9, kind B2C, account no"],
        ),
        (
            "contacts 1-",
            "days since contact 5-9, contacts 3-",
            [
                "contacts 1-, days since contact 0-4", "contacts 1-, days since contact 10-",
                "contacts 1-2, days since contact 5-9",
            ],
        ),
    ],
)  # fmt: skip
def test_who_is_in_the_one_and_not_in_the_other(whole: str, other: str, pieces: list[str]) -> None:
    assert SPACE.minus(box(whole), box(other)) == [box(piece) for piece in pieces]


def test_whoever_is_in_any_of_the_others_is_left_out() -> None:
    left = SPACE.without(
        [box("tenure days 0-4"), box("tenure days 8-")], [box("tenure days 2-2"), box("tenure days 9-")]
    )
    assert left == [box("tenure days 0-1"), box("tenure days 3-4"), box("tenure days 8-8")]


def test_pieces_are_counted_up_to_a_bound() -> None:
    pieces = [box(f"tenure days {number}-{number}") for number in range(MOST_PIECES)]
    assert SPACE.without(pieces, [box("kind B2C, account yes, tenure days 5000-")]) == pieces
    with pytest.raises(TooManyError):
        SPACE.without([*pieces, box("tenure days 3000-")], [box("tenure days 5000-")])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "everybody"),
        ("kind B2C|B2B|B2G, contacts 0-, days since purchase never-", "everybody"),
        ("kind B2C|B2G", "kind B2G or B2C"),
        ("segment loyal", "segment loyal"),
        ("account no", "account no"),
        ("tenure days 3-9", "tenure days at least 3 and below 10"),
        ("tenure days 1-", "tenure days at least 1"),
        ("tenure days 0-9", "tenure days below 10"),
        ("days since contact never-9", "days since contact below 10 or never"),
        ("days since contact 0-9", "days since contact below 10"),
        ("days since contact 0-", "days since contact at least 0"),
        ("days since contact never", "contact never"),
        ("days since first purchase never", "first purchase never"),
        ("spent 1005-", "spent at least 100.5 toman"),
        ("spent in 30 days 0-1000004", "spent in 30 days below 100,000.5 toman"),
        ("purchases in 30 days 2-", "purchases in 30 days at least 2"),
        ("contacts 3-, account yes, kind B2B, contacts 3-", "account yes, contacts at least 3, kind B2B"),
    ],
)
def test_a_box_is_told_in_words(given: str, words: str) -> None:
    assert described(box(given), SPACE, TOMAN) == words


def test_names_nobody_knows_and_none_at_all_are_told_last() -> None:
    """And of which field of the profile, of which proposition."""
    tiers: Box = {Measure("value_tier"): frozenset(("high", OTHER)), Measure("segment"): frozenset(("",))}
    assert described(tiers, SPACE, TOMAN) == "segment none, value tier high or any other"
    assert described({Measure("profile_number", of="rooms"): (2, 5)}, SPACE, TOMAN) == (
        "profile number rooms at least 2 and below 5"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("days since purchase 30-", "days since purchase at least 30"),
        ("contacts 1-, days since contact 0-4", "days since contact below 5"),
        ("contacts 0-0", "contacts below 1"),
        ("days since contact 0-", "contacts at least 1"),
        ("days since first purchase 0-", "purchases at least 1"),
        ("purchases 2-, days since first purchase 0-29", "days since first purchase below 30, purchases at least 2"),
        ("spent in 30 days 5-, purchases 2-", "purchases at least 2, spent in 30 days at least 0.5 toman"),
        ("purchases in 30 days 2-, purchases in 90 days 2-", "purchases in 30 days at least 2"),
        (
            "purchases in 90 days 0-3, purchases in 30 days 1-",
            "purchases in 30 days at least 1 and below 4, purchases in 90 days at least 1 and below 4",
        ),
        ("purchases 0-0, contacts 2-", "contacts at least 2, purchases below 1"),
    ],
)
def test_what_follows_from_the_rest_is_not_told(given: str, words: str) -> None:
    closed = SPACE.closed(box(given))
    assert closed is not None
    assert described(closed, SPACE, TOMAN) == words
