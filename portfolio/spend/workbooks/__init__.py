"""A claim in Excel: made, read back from its lead, held against the rules, shown before it is taken over.

In the order in which a workbook goes through them:
    `filling`       the workbook that is downloaded (`reports.claim_form` writes it)
    `layout`        how sheets and rows are known again when it comes back
    `values`        what a cell says: pounds, a colour, a text
    `faults`        what is wrong, and where
    `reading`       every sheet and row, by headings and keys
    `gathering`     rows put together to claims; those missing, twice, unknown or not the sender's
    `judging`       claims held against the rules of the site's own forms
    `effects`       old and new, cell by cell
    `taking`        kept until it is confirmed, and then saved whole, or not
    `marking`       the sender's own file with each bad cell marked
    `listing`       the sheet in it that lists the faults
"""
