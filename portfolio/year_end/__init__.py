"""What a year's end asks for beside spend: assets bought with the grant, and its independent assurance."""
