"""What runs around a hub: its process, simulated customers and agents, the demo and the live replay."""
