"""What was spent: claims by award and quarter, and corrections of what was returned.

A guide to the room, which is split by use case:

The rules, in plain values:
    `rules`         the states of a claim, and each single rule
    `checks`        a claim as a whole, held against its `Ground`: every fault at once, and warnings
    `parts`         a claim's parts, each saved by itself: cut out, put back, compared
    `adjustments`   corrections of locked quarters
    `evidence`      files
What is kept, and what every page and return asks of it:
    `models`        the rows
    `figures`       where the money stands: every figure of spend comes from here
    `standing`      what a claim is held against, read in the transaction that writes it
    `queries`       awards' quarters with their stages; a `Sheet` is everything about one of them
A lead's claim:
    `claiming`      begun, saved, sent; questions answered
    `entering`      its forms
    `boxes`         what stands beside the boxes
    `tasks`         its list of tasks
    `meanwhile`     what others did while a page was open
    `own`           a lead's awards: what is left, and how the last quarter went
    `workbooks`     claims in Excel (a package with a guide of its own)
    `attaching`     evidence attached and removed
    `files`         evidence to be listed and saved, and where the same file stands again
Finance's side:
    `queue`         what waits, and what should be seen before it is approved
    `deciding`      a claim as it is decided on
    `asking`        questions and their threads
    `accruing`      what of a claim was received and not yet paid, said by its lead or by finance
    `approving`     approved; locked inside an issued return
Corrections of locked quarters:
    `correcting`    asked for, approved, refused, moved
    `corrections`   to be read: both figures, and what waits
Messages:
    `letters`       what each says
    `telling`       who gets which, with the deed that it tells of
    `reminding`     claims that are due or late
Pages:
    `views`         every page (a package with a guide of its own)
    `room`          where the pages hang, and their addresses
    `forms`         finance's forms, and the small ones
    `showing`       figures ready for templates
"""
