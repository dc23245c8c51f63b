"""What is published of the grants: 360Giving data and the transparency register, from issued figures.

What is told:
    `issued`        the grants of a year as issued returns have them
    `rules`         what may be told of a grant, what is missing, which counts are too small
    `grants`        them in the shape of the 360Giving Data Standard
    `register`      them as the transparency registers
What is kept and done:
    `models`        what is left out, and what was published
    `queries`       who publishes, and finding the rest
    `actions`       saying who is who, leaving out, publishing
    `proving`       what was published still says what it said
The pages:
    `showing`       what would be published, award by award
    `forms`         what is entered
    `views`         the pages, of which one is public
"""
