"""The report database: contract, questions, snapshots."""
