"""What stands in a return, sheet by sheet: read by a constant number of statements, put into rows in a fixed order."""
