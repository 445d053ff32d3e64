"""The best path of many propositions at once is the best of each alone, path by path."""

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.contact import Channel
from hub.paths.arbitration.responses import Cell, Counts, table_of
from hub.paths.arbitration.score import Factors, Occasion, Path, Scoring
from hub.paths.propositions.model import Sender
from tests.paths.propositions import STOOD, policy, proposition

CHANNELS = (Channel.PHONE, Channel.SMS, Channel.WEB)
NAMES = ("fibre", "tv", "vdsl")
COSTS = st.dictionaries(st.sampled_from([str(channel) for channel in CHANNELS]), st.sampled_from((1, 50, 400, 900)))
PATHS = st.lists(
    st.tuples(st.sampled_from(CHANNELS), st.sampled_from(("", "p1", "p2"))), min_size=1, max_size=6, unique=True
)
WHERE = (STOOD.segment, STOOD.value_tier, STOOD.lifecycle_stage)
CELLS = st.builds(Cell, *map(st.just, WHERE), st.sampled_from([*map(str, CHANNELS)]), st.sampled_from(NAMES))
COUNTS = st.sampled_from((Counts(10), Counts(10, 5), Counts(10, 10), Counts(40, 2)))


def alone(scoring: Scoring, name: str, paths: list[Path], occasion: Occasion, table: dict[Cell, Counts]):
    """The first of all paths by what is wanted of them."""

    def wanted(one: tuple[Path, Factors]) -> tuple[object, ...]:
        path, factors = one
        return factors.value <= 0, -factors.chance, -factors.value, path

    return min(((path, scoring.factors(name, *path, 1.5, occasion, table_of(table))) for path in paths), key=wanted)


@given(COSTS, PATHS, st.dictionaries(CELLS, COUNTS), st.booleans(), st.booleans())
def test_each_has_its_best_path(costs, paths, table, unasked, explores) -> None:
    rules = policy(
        *(proposition(name, contribution=900 + 50 * number, contact_cost=costs) for number, name in enumerate(NAMES)),
        arbitration={"explores": explores},
    )
    scoring, occasion = Scoring(rules), Occasion("decision-1", 7, STOOD, Sender.AGENT, unasked)
    found = list(scoring.best(NAMES, paths, dict.fromkeys(NAMES, 1.5), occasion, table_of(table)))
    assert found == [(name, *alone(scoring, name, paths, occasion, table)) for name in NAMES]
