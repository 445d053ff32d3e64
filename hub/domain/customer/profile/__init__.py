"""What is known of a customer, field by field, and who said it."""
