"""What stands in a return, sheet by sheet: read by a constant number of statements, put into rows in a fixed order.

`scope` what it covers, and in which order · `awards` the interventions · `spending` grant by partnership, stream and
category, match, and the year's statement · `decided` decisions and variations · `progress` outputs, outcomes and
measures · `ledger` the council's books · `corrected` what was put right since · `warned` the warnings · `notes` how the
figures were made · `rounded` the same in whole pounds or thousands
"""
