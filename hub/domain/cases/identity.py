"""The names of cases: each tells in whose stream it lives."""

from hub.domain.customer.identity import CUSTOMER

_CASE = "case-"


def case_id(customer: str, number: int) -> str:
    """The `number`-th case of this customer's stream, counted from 1."""
    return f"{_CASE}{customer.removeprefix(CUSTOMER)}-{number}"


def customer_of_case(case: str) -> str:
    """The stream a case lives in; empty if the text is no case id."""
    head, _, number = case.removeprefix(_CASE).rpartition("-")
    return CUSTOMER + head if case.startswith(_CASE) and head and number.isdecimal() else ""
