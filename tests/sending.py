"""Forms with files as browsers send them; the test client's own way leaves temporary files of large ones open."""

from typing import Any

BOUNDARY = "----a-form-of-the-tests"


def with_file(
    content: bytes, name: str = "ledger.csv", *, field: str = "file", **fields: str | list[str]
) -> dict[str, Any]:
    """What `client.post` takes to send a file and other fields."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{escaped}"\r\n'
    parts += [head.encode(), b"Content-Type: text/html\r\n\r\n", content, f"\r\n--{BOUNDARY}--\r\n".encode()]
    return {"data": b"".join(parts), "content_type": f"multipart/form-data; boundary={BOUNDARY}"}
