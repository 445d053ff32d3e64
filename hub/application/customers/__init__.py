"""What is known of customers and accounts, and where they stand."""
