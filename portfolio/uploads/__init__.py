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
    `areas`         addresses of cells, and which cells are merged
A form of somebody else's:
    `layout`        its sheets, their cells and rules, as values
    `outline`       all of it read from a file
    `sheets`        what `cells` reads of one sheet, with formulas, styles and blank cells
    `styles`        which cells are locked, and their colours
    `named_tables`  its tables, whose headings stay
    `validations`   what may stand in a cell
    `sources`       what its dropdowns offer
    `faults`        what a value in a cell would do wrong
    `filling`       the form with values in its cells, and nothing else changed; and what stands in cells
    `writing`       the values in one sheet's XML
    `archives`      the file around its changed parts
Writing into somebody's own workbook:
    `splicing`      a few places of an XML part changed, every other byte as it was
    `parts`         where something new belongs, and who is told of it
    `comments`      comments on cells
"""
