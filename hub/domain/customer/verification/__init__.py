"""How a phone or a mail address is proven to be a customer's: by a code that was sent there."""
