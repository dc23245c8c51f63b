"""The parts of a progress report, each as the blocks that a page and a Word file show."""
