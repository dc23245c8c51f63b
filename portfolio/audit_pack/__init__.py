"""One ZIP for an auditor: returns, snapshots, claims, evidence and history, with a manifest that proves them.

`rules`         what the files are called, and what the pack says of itself in plain words
`queries`       the records of a year
`parts`         the files, one after the other
`trail`         the history of those records, as it was sealed
`packing`       the ZIP, written while it is read
`forms`         whether the evidence itself goes into it
`views`         its page, and taking it
"""
