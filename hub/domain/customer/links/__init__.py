"""Which streams are one customer: facts never move, links say what belongs together, and taking one away parts it."""
