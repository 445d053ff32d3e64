from hub.api.errors import PROBLEM_JSON
from tests.api.world import World


def test_every_route_is_documented() -> None:
    told = World().app.openapi()
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert operation["description"], (path, method)
            assert operation["tags"], (path, method)
            if path.startswith("/v1/"):
                assert operation["security"] == [{"API key": []}], (path, method)
                assert PROBLEM_JSON in operation["responses"]["4XX"]["content"], (path, method)


def test_commands_document_their_bodies_and_what_they_led_to() -> None:
    told = World().app.openapi()
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            if method in ("post", "put"):
                assert "application/json" in operation["requestBody"]["content"], path
                if path != "/v1/contacts":
                    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
                    assert answer == {"$ref": "#/components/schemas/EventsAnswer"}, path


def test_validation_is_documented_as_the_problem_it_is() -> None:
    for methods in World().app.openapi()["paths"].values():
        for operation in methods.values():
            assert "422" not in operation["responses"]
