"""Habits that every file, page and command of the house keeps."""
