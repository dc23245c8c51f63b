"""What browsers say of themselves, in words that a person recognises their own by."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Each by what only it says, where those before it do not: nearly all of them say Safari, and many say Chrome."""
SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)


def browser_in_words(line: str) -> str:
    """`Firefox on Windows`, from the line by which a browser introduces itself."""
    browser = next((name for mark, name in BROWSERS if mark in line), "another browser")
    system = next((name for mark, name in SYSTEMS if mark in line), "")
    return f"{browser} on {system}" if system else browser
