"""Two returns held against each other: what changed, cell by cell, and where each difference came from.

`sides` which two · `grounds` what a figure is made of · `causes` where a difference can come from · `recorded` the
history between the two · `arrivals` what a later quarter brings · `forecasts` which claims give what is forecast ·
`moved` what was changed beside claims · `sources` each quantity's causes, which come to it · `reckoning` a figure taken
apart · `words` what is no amount · `comparing` all of it together · `unexplained` what has no cause, for the command
`check` · `exporting` its workbook
"""
