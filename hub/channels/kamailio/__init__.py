"""Calls at volume: they wait in Kamailio, which is told over the bus whose phone is to ring. Signalling only."""
