"""What people did with contacts that could not be taken in."""
