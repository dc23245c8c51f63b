"""What the pages of assessing show: what waits for its assessor, how a round ranks, what a panel said."""
