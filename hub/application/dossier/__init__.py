"""Who a customer is, told from their own facts: now, or as it was known at any past moment."""
