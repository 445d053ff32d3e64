"""NATS: the embedded server, its streams and subjects, what comes in, and confirmed publishing."""
