"""Pure rules: what may happen, decided from state and command, without clock, randomness or I/O."""
