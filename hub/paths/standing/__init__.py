"""Where a customer stands: segment, value tier and lifecycle stage, by the facts and the path policy."""
