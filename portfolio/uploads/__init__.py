"""Files that people send: known by their content, opened with care, and never trusted. No database, and no web.

What a file is:
    `kept`          its bytes beside the hash they were taken with
    `kinds`         by its content, among those that are taken as evidence
    `compound`      the names inside old Office files and Outlook's
Reading:
    `tables`        CSV or Excel as rows of text
    `opening`       a workbook's sheets, or the sentence why not
    `packages`      its parts, read within limits
    `cells`         the cells of one sheet
    `formats`       what styles make of numbers
Writing into somebody's own workbook:
    `splicing`      a few places of an XML part changed, every other byte as it was
    `parts`         where something new belongs, and who is told of it
    `comments`      comments on cells
"""
