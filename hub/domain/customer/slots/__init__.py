"""Contacts that a customer is to get, each reserved before it is made, so that together they are never too many."""
