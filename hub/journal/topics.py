"""Under which names events of a class stand in the store, so that those of some classes can be asked for alone."""

from collections.abc import Iterable

from hub.domain.event import Event


def topics_of(classes: Iterable[type[Event]]) -> list[str]:
    """In whatever shape they were written."""
    return [f"{cls.__name__}/{schema}" for cls in classes for schema in range(1, cls.SCHEMA + 1)]
