"""The proofs of the command `check`: each asks the database for what is wrong, and says where it is.

`awards` what was allocated, awarded and moved · `spend` claims and corrections · `issued` what was issued, byte for
byte and in order · `traced` every figure of it against the rows that it came from
"""
