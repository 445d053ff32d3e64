"""A customer who is known by their phone, and a path policy in force, in a hub behind the API."""

from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.ids import customer_id
from hub.domain.policy.events import PathPolicyPublished
from tests.api.world import KEY, META, World
from tests.paths.decisions import POLICY

PHONE = "+989121234567"
ANN = customer_id(KEY, "phone", PHONE)


def world_of_ann() -> World:
    world = World()
    seen = IdentifierObserved(**META, kind="phone", value=PHONE, verified=True)
    published = PathPolicyPublished(**META, version="v1", text=POLICY, note="")
    world.write(("policy-paths", published), (ANN, CustomerRegistered(**META)), (ANN, seen))
    return world
