"""Follows a grant-funded intervention from proposal to Home Office return."""

__version__ = "0.1.0"
