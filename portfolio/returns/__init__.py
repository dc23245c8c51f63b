"""What goes to the commissioner's office and the Home Office: assembled, checked, certified, issued, paid.

What a return says: `contents` its rows, sheet by sheet · `assembling` all of them as one · `reconciling` the same sums
another way (E10) · `snapshot` its canonical JSON · `drafting` its file · `certificates` the words that are signed

What happens to it: `rules` its order and signatures · `points` what is open in it · `readiness` whose that is, before
one starts · `actions` from prepared to forwarded · `telling` who hears of it · `models` what is kept of it · `queries`
where it is found

Its money: `dues` what is due, in plain values · `money_in` the same of every return, and how old it is · `paying` paid,
recovered, withheld · `listed` lines of a file · `money_forms` what is entered · `closing` the end of the year

What defends it: `why` each figure down to its rows · `explaining` that, as pages ask for it · `changes` two returns
held against each other · `proofs` what must be true of the record · `proving` those, for the command `check`

Its pages: `pages` what they show · `forms` what is entered · `views` the addresses
"""
