"""Text messages, by SMPP 3.4 or by an aggregator's signed webhooks."""
