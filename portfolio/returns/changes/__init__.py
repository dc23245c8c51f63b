"""Two returns held against each other: what changed, cell by cell, and where each difference came from.

`sides` which two · `grounds` what a figure is made of · `causes` where a difference can come from · `sources` what was
recorded between the two · `words` what changed in the texts · `comparing` all of it together · `exporting` its workbook
"""
