"""Which fields of a fact say who somebody is: stored under the customer's own key, empty once that is deleted."""


class Personal:
    """Marks a field of an event: `name: Annotated[str, PERSONAL]`. Its type allows the empty value it has for somebody
    who was forgotten.

    `aliased`: a text whose equals must be told for ever; in place of the empty value stands its alias: a keyed hash,
    the same for the same text in a field of the same name."""

    def __init__(self, *, aliased: bool = False) -> None:
        self.aliased = aliased


PERSONAL = Personal()
ALIASED = Personal(aliased=True)
