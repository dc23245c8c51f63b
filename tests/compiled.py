"""Templates and addresses as they were compiled once, for every site that the tests of one process make."""

from collections.abc import Callable
from types import CodeType
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """Keeps what each template's source came to."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What the same source came to before."""
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what it came to."""
        if bucket.code is not None:
            self.kept[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


def keep_builders() -> None:
    """Have what writes the addresses of a route compiled once: it is nearly all that a site costs to make."""
    compile_builder = Rule._compile_builder
    kept: dict[Any, Callable[..., tuple[str, str]]] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        asked = (rule.rule, append_unknown, *rule._trace)  # all that it is made from
        if asked not in kept:
            kept[asked] = compile_builder(rule, append_unknown)
        return kept[asked]

    Rule._compile_builder = builder  # type: ignore[assignment, method-assign]
