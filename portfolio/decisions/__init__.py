"""Yes, part, no: what each partnership decided on each proposal, and the awards that follow."""
