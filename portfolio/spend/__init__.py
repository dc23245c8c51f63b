"""What was spent: claims by award and quarter, and corrections of what was returned."""
