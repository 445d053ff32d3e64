"""Records of other systems, one row a record: customers, accounts, purchases, consents."""
