"""What a route answers that has nothing to tell: it is done."""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from hub.api.errors import PROBLEMS

DONE: dict[str, Any] = {"status_code": HTTPStatus.NO_CONTENT, "response_class": Response, "responses": PROBLEMS}
"""Of such a route, for the API's document."""


def done() -> Response:
    """204."""
    return Response(status_code=HTTPStatus.NO_CONTENT)
