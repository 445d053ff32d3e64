"""Which fields of a fact say who somebody is: stored under the customer's own key, empty once that is deleted."""


class Personal:
    """Marks a field of an event: `name: Annotated[str, PERSONAL]`. Its type allows the empty value it has for somebody
    who was forgotten."""


PERSONAL = Personal()
