"""One contact that we are to make: wanted, due, told to the channel's adapter, made or not, each a fact."""
