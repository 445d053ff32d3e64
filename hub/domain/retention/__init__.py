"""What is kept for how long: kinds of personal texts, and the facts of what was taken out of the store."""
