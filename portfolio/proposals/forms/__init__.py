"""The forms of a call, of each step in which a proposal is written, and of its documents."""
