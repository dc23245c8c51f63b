"""What meetings agreed should be done: by whom, by when, on which proposal or award."""
