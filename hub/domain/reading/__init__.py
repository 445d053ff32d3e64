"""Who read whose personal data: the facts, and when a reading is one with the one before."""
