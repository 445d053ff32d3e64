"""Cases: recorded, listed, and said to be late."""
