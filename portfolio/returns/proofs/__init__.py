"""The proofs of the command `check`: each asks the database for what is wrong, and says where it is."""
