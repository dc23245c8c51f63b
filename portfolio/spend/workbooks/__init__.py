"""A claim in Excel: made, read back from its lead, held against the rules, shown before it is taken over."""
