"""Which agent gets which work: pure rules, and the loop that owns a pool of agents."""
