"""Other money beside the grant: pledged, secured, received."""
