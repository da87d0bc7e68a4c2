"""Commands of bcc-wall, by topic."""
