"""The audit trail: who changed what, who read what is personal, who signed in."""
