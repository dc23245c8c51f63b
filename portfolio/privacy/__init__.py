"""What personal data is held and why, how long it is kept, and the notices that a council edits."""
