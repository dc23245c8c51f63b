"""What is typed about scenarios: what is tried, what the best set must keep to, and what is decided."""
