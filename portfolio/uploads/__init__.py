"""Files that people send: known by their content, opened with care, and never trusted."""
