"""Agents at their desks: whether they are there, what they can take, which phone they have."""
