"""The event store: every fact, in order, durable before anybody is told."""
