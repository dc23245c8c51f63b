"""What each command does; `portfolio.cli` says how they are called."""
