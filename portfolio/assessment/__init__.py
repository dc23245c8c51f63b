"""What a panel thinks of proposals: interests declared, gates, scores with their reasons, and moderation."""
