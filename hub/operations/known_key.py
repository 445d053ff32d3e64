"""Waits until the hub that runs here takes a key that was made beside it, which it reads in the log a moment later."""

import logging
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from time import monotonic, sleep
from urllib.error import HTTPError

from hub.journal.lock import running_hub
from hub.settings import Settings

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.02
_ASK = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""No proxy is told a key."""


def wait_until_known(settings: Settings, token: str) -> None:
    """Returns at once where no hub runs on this data directory; says so where its hub does not take the key in time."""
    hub = running_hub(settings)
    if hub is None:
        return
    until = monotonic() + PATIENCE_SECONDS
    while not _is_known(hub.api_url, token):
        if monotonic() > until:
            log.warning("the key is made, but the hub at %s does not take it yet: see `hub doctor`", hub.api_url)
            return
        sleep(_PAUSE_SECONDS)


def _is_known(api_url: str, token: str) -> bool:
    """Of a key that may not do this, too."""
    request = urllib.request.Request(f"{api_url}/v1/keys", headers={"Authorization": f"Bearer {token}"})
    try:
        with _ASK.open(request, timeout=PATIENCE_SECONDS):
            return True
    except HTTPError as error:
        with error:
            return error.code == HTTPStatus.FORBIDDEN
    except (OSError, HTTPException):
        return False
