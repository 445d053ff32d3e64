"""The adapter of messengers: one for all providers that bring messages by signed webhooks, each by a mapping file."""
