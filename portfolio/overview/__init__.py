"""Each person's front page, and the year as a whole."""
