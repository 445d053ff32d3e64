"""One spelling for each kind of identifier, so that equal ones meet however they were written."""
