"""The print room: frozen values in, workbook bytes or a picture out. It knows no database and no web."""
