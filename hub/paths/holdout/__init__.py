"""Customers who are kept out of a campaign, so that what it did to the others can be measured."""
