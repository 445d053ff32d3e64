"""One decision for whoever asks: whether something is said to a customer now, what, on which path and when."""
