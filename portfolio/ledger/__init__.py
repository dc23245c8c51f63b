"""The council's ledger held against what was claimed.

From the rules up:
    `rules`         what stands for which project, and how it compares: ledger, matched, timing, unexplained
    `columns`       where headings stand, and what each column holds
    `reading`       a file's rows: transactions and faults
    `models`        the rows that are kept
    `taking`        a file taken over: its columns and accounts named, its transactions kept
    `noting`        timing differences
    `comparing`     sums read for pages, files and returns
    `proving`       that nothing has changed since it was taken over
    `showing`       figures ready for templates and files
    `forms`         what is entered
    `views`         every page
"""
