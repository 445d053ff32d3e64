"""One pool of agents and queues: its state, the rules of every command, and the process that owns it."""
