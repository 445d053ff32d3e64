"""Whose is what: streams that are one customer, by rule, by hand, or perhaps."""
