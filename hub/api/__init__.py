"""The HTTP API: what people, screens and programs ask of the hub, under /v1."""
