"""One module a kind of personal data."""
