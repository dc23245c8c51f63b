"""What is asked for: interventions, and the proposals made for them each year."""
