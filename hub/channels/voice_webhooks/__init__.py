"""Phones by signed webhooks: a provider of the Twilio kind has the lines, and asks what to do with each call."""
