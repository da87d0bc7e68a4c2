"""Components, figures and words: pure functions of records."""
