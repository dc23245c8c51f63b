"""The same rooms as the application, and the house as a whole."""
