"""A police area's year as a file: read, proved, and told to the database all at once."""
