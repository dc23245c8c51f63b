"""Funded beside rejected: what was asked, chosen and turned down, why, and what became of it."""
