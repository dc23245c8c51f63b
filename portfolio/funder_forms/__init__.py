"""The funder's own workbook: its blank, the cells that figures are bound to, and the form as it was filled.

What goes where:
    `bindings`      which figure goes into which cell, as data with a canonical JSON
    `figures`       every figure of a return by a name that stays from quarter to quarter
    `labels`        the words beside and above a cell
    `suggesting`    the figures that those words name
    `carrying`      this year's binding in next year's blank
Filling:
    `rounded`       amounts in whole pounds or thousands that still add up
    `filling`       a dry run; and the form filled, read back and held against the return
    `proving`       what was kept still says what it said
    `showing`       what the pages show of a form, a binding and a dry run
What is kept:
    `rules`         what stands in the way, and what refuses a step
    `models`        forms, their editions, bindings and filled forms
    `queries`       finding them, and the returns that can fill one
    `actions`       taking in, binding, confirming, keeping
    `forms`         what is entered
    `views`         the pages
"""
