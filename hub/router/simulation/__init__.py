"""The matching core under a simulated clock: held against theory, used for planning."""
