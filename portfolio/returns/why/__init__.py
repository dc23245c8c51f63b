"""Why a figure of a return is what it is: down to the rows it was added up from, and from a claim up to every figure.

`cells` the sheets of a return, with their addresses and their formulas taken apart
`sources` which rows a figure that was typed was added up from, by name
`then` rows of the database as they were when a return was issued
`rows` the rows that a source names
`grounds` a figure's explanation: its formula, its parts, and the rows below it, which sum to it
`ways` where to read on from a row, and the names around it
`beside` what a page says of rows of match, outputs, measures, the ledger, payments and assets
`telling` what it says of all the others: who, when, why
`upward` the figures of returns that a claim's lines stand in
"""
