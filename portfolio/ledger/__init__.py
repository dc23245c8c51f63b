"""The council's ledger held against what was claimed."""
