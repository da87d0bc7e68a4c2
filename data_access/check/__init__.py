"""Compares a report database with the contract: what is missing, wrong or unreadable in it.

It only reads, and returns counts and the words of columns that have few (status, level, kind):
never what a citizen wrote.
"""

from data_access.check.contract import CheckError, check
from data_access.check.findings import Finding, Severity

__all__ = ["CheckError", "Finding", "Severity", "check"]
