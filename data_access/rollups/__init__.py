"""Roll-ups: counts kept beside an owned report database, by triggers, so that the wall's questions
about all of history cost the same at ten million reports as at a thousand.

They are this project's own tables. A database that belongs to somebody else has none, and is
asked directly.
"""
