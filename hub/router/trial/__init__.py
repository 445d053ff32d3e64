"""What another policy would have made of the recorded traffic."""
