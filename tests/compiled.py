"""Templates and addresses as they were compiled once, for every site that the tests of one process make."""

from types import CodeType, MethodType
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


def keep_routes() -> None:
    """Have each route's address read and compiled once: it is nearly all that a site costs to make."""
    compile_route = Rule.compile
    kept: dict[Any, Rule] = {}

    def compiled(rule: Rule) -> None:
        assert rule.map is not None
        asked = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, *rule.map.converters.values())
        if rule.defaults or asked not in kept:
            compile_route(rule)
            if not rule.defaults:  # they stand in what was compiled
                kept[asked] = rule
            return
        same = kept[asked]
        rule._parts, rule._trace, rule._converters = same._parts, same._trace, same._converters
        rule.arguments |= same.arguments
        rule._build = _of(rule, same._build)
        rule._build_unknown = _of(rule, same._build_unknown)

    Rule.compile = compiled  # type: ignore[assignment, method-assign]


def _of(rule: Rule, method: Any) -> Any:
    return MethodType(method.__func__, rule)
