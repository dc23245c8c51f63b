"""Programmes and their streams, police areas and their partnerships, and what each is given in a year."""
