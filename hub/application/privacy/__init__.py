"""What is forgotten, what is kept no longer, and who read what."""
