"""What goes to the commissioner's office and the Home Office: assembled, checked, certified, issued."""
