"""One voice on every path: what is proposed to a customer is decided, granted, said and answered through here."""
