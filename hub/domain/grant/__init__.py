"""Propositions given with fixed terms to one customer or account: the same on every path until they expire."""
