"""E-mail: what mail servers and mailboxes bring, and what leaves by a mail server."""
