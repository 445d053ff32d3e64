"""Who may use the API, as what."""
