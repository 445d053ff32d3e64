"""Callbacks that agents promise: facts in the customer's stream, until one is work for an agent."""
