"""All that is asked about people, sessions and keys, in one place for the API."""

from dataclasses import dataclass

from hub.application.access.keys import AccessKeys
from hub.application.access.oidc import Oidc
from hub.application.access.people import People
from hub.application.access.sessions import SessionBook
from hub.application.access.sign_in import SignIn
from hub.application.access.signed_in import SignedIn


@dataclass(frozen=True, slots=True)
class Staffing:
    """`public_origin`: where browsers reach the hub, where a proxy stands before it; `is_demo`: anybody signs in as
    somebody of the demo, and finds its chat at `demo_chat`, and who comes by every channel under `demo_customer`."""

    keys: AccessKeys
    signed_in: SignedIn
    people: People
    sessions: SessionBook
    sign_in: SignIn
    oidc: Oidc | None = None
    public_origin: str = ""
    is_demo: bool = False
    demo_chat: str = ""
    demo_customer: str = ""
