"""What may be said or sold to a customer: the catalogue of a path policy, and whom each of it fits."""
