"""Has contacts decided again when they are due, and taken for unreported when nobody says what came of them."""

from hub.application.due_watch import DueWatch, Views, Watched
from hub.application.paths.contacts import OutboundContacts
from hub.ports import Clock
from hub.projections.contacts_due import PROJECTION, due_at


def contacts_watch(contacts: OutboundContacts, clock: Clock, views: Views) -> DueWatch:
    """Of several processes each may watch: what one decided, another finds decided."""
    return DueWatch(Watched("contacts to be made", PROJECTION.name, due_at, contacts.due), clock, views)
