"""Every routing policy the log may name, by its version."""

from hub.policies.book import Book
from hub.router.policy.model import Policy
from hub.router.policy.parsing import parse_policy

PolicyBook = Book[Policy]


def routing_book(*policies: Policy) -> PolicyBook:
    """A book that has these policies, and reads others once their texts are added."""
    return Book("routing policy", parse_policy, *policies)
