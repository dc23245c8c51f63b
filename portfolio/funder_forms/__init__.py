"""The funder's own workbook: its blank, the cells that figures are bound to, and the form as it was filled."""
