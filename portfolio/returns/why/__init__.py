"""Why a figure of a return is what it is: down to the rows it was added up from, and from a claim up to every figure.

`cells` the sheets of a return, with their addresses and their formulas taken apart
`sources` which rows a figure that was typed was added up from, by name
`then` rows of the database as they were when a return was issued
`rows` the rows that a source names
`grounds` a figure's explanation: its formula, its parts, and the rows below it, which sum to it
`ways` where to read on from a row, and the names around it
`telling` what a page says of those rows: who, when, why, and where to read on
`upward` the figures of returns that a claim's lines stand in
"""
