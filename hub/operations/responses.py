"""How customers responded so far, for what decides beside a hub: from the views, then on from the log."""

from hub.application.paths.in_force import COUNTED, Responses
from hub.journal.journal import EventJournal
from hub.projections.projection import BrokenViewError
from hub.projections.responses import PROJECTION, response_table
from hub.projections.runner import position_of
from hub.projections.views import of_one_moment, open_views
from hub.settings import Settings

_READ_AT_ONCE = 100_000


async def responses_now(settings: Settings, journal: EventJournal) -> Responses:
    """As of the head of the log."""
    responses = _shown(settings)
    head = await journal.head()
    while responses.seen < head:
        upto = min(head, responses.seen + _READ_AT_ONCE)
        found = await journal.scan(responses.seen, upto, COUNTED)
        if found:
            responses.follow(found)
        responses.seen = upto
    return responses


def _shown(settings: Settings) -> Responses:
    """The response table of the views; nothing where there are none yet."""
    if not settings.views_path.exists():
        return Responses({}, 0)
    views = open_views(settings.views_path)
    try:
        return of_one_moment(views, lambda one: Responses(response_table(one), position_of(one, PROJECTION.name)))
    except BrokenViewError:
        return Responses({}, 0)
    finally:
        views.close()
