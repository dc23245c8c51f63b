"""What is published of the grants: 360Giving data and the transparency register, from issued figures."""
