"""The progress report that a partnership's next meeting reads."""
