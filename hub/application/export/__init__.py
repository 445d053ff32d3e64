"""All that is stored about a customer, for the customer to read."""
