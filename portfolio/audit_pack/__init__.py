"""One ZIP for an auditor: returns, snapshots, claims, evidence and history, with a manifest that proves them."""
