"""What the path manager decided: whether something is said to a customer, what, where and when."""
