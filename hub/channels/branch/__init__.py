"""The branch: visitors take tickets, wait, and are called to a desk."""
