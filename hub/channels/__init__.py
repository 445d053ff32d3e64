"""How wires reach the hub: each adapter turns what its wire brings into contacts and reports them."""
