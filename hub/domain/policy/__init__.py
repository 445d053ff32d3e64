"""The policy: rules people write, published in versions."""
