"""Routes that FastAPI works out when they are first needed: to work out all of them was a third of a hub's start."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import compile_path


class Routes(APIRouter):
    """What one file has of the API, under the heading `tag` in its document."""

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag], route_class=LateRoute)


class LateRoute(APIRoute):
    """Has what requests are matched with. Models of its parameters and answers are made when it is first handled or
    documented: a few milliseconds."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **others: Any) -> None:
        self.path, self.endpoint, self.methods = path, endpoint, set(others["methods"])
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self._later: dict[str, Any] | None = others

    def __getattr__(self, name: str) -> Any:
        """What is missing is there once all of the route is made."""
        others = self.__dict__.get("_later")
        if others is None:
            raise AttributeError(f"a route has no {name}")
        self._later = None
        try:
            super().__init__(self.path, self.endpoint, **others)
        except BaseException:
            self._later = others
            raise
        return getattr(self, name)
