"""One ZIP for an auditor: returns, snapshots, claims, evidence and history, with a manifest that proves them.

What goes into it:
    `rules`         what the files are called, and what the pack says of itself in plain words
    `queries`       the records of a year
    `parts`         the files, one after the other
    `trail`         the history of those records, as it was sealed
    `packing`       the ZIP, written while it is read
Its page:
    `forms`         whether the evidence itself goes into it
    `views`         the page, and taking it
"""
