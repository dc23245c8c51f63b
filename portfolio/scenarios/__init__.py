"""What if: portfolios of awards tried out before anything is decided. Nothing here moves a penny."""
