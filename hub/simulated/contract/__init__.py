"""What every channel adapter must do, tried on it: the hub's side of the bus, the wire's side, and the rules."""
