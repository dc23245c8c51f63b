"""Mail: queued with the change that it tells of, delivered once."""
