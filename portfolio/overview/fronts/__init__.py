"""What each role finds on its front page."""
