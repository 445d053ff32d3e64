"""What operators ask for beside a hub, running or not."""
