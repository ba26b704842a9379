"""The codes that the code base can report, read from its syntax trees: whatever is given for a parameter named `code`.

A function or a class that has a parameter `code` is found by its definition, and then each call of it: so a code of a
new family is seen like any other, and a code that is handed on by a variable is seen where it is written.
"""

import ast
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Positions = Mapping[str, int | None]


@functools.cache
def trees() -> Mapping[Path, ast.Module]:
    """Parse every module of the package."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "shared_ecr").rglob("*.py"))}


def codes_of(*places: str) -> set[str]:
    """Return the codes that are written in files or folders of `shared_ecr`."""
    found = [ROOT / "shared_ecr" / place for place in places]
    inside = {path: tree for path, tree in trees().items() if any(path.is_relative_to(each) for each in found)}
    assert inside, f"there is no module in {places}"
    return set(codes_in(inside.values(), takers(trees().values())))


def takers(modules: Iterable[ast.Module]) -> Positions:
    """Return what takes a `code`, with its position; None where it is taken by keyword alone."""
    classes: dict[str, ast.ClassDef] = {}
    found: dict[str, int | None] = {}
    for module in modules:
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                classes[node.name] = node
            elif isinstance(node, ast.FunctionDef) and node.name != "__init__":
                _add(found, node.name, [each.arg for each in node.args.args], node.args.kwonlyargs)
    for name, node in classes.items():
        made = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
        if made:
            _add(found, name, [each.arg for each in made.args.args[1:]], made.args.kwonlyargs)
        else:
            _add(found, name, list(_fields(node, classes)), [])
    return found


def codes_in(modules: Iterable[ast.Module], known: Positions) -> Iterator[str]:
    """Yield the codes that calls in *modules* give to what is *known* to take one."""
    for module in modules:
        constants = {
            target.id: node.value
            for node in module.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        aliases = _aliases(module)
        for node in ast.walk(module):
            match node:
                case ast.Call():
                    called = [each for name in _names(node.func) for each in aliases.get(name, (name,))]
                    for name in called:
                        if name in known:
                            yield from _texts(_argument(node, known[name]), constants)
                case ast.FunctionDef():
                    yield from _defaults(node, constants)
                case ast.For(target=ast.Tuple(elts=targets), iter=ast.Tuple(elts=rows)):
                    yield from _column(targets, rows, constants)
                case ast.Constant(value=str() as text):
                    # A note that ends with its code in brackets.
                    yield from re.findall(r" \[([a-z]+(?:-[a-z]+)+)\]$", text)


def _names(function: ast.expr) -> Iterator[str]:
    """Yield the names that *function* can mean: `error`, `lint.error`, `(error if bad else warning)`."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.IfExp():
            yield from (*_names(function.body), *_names(function.orelse))


def _aliases(module: ast.Module) -> Mapping[str, tuple[str, ...]]:
    """Return what local names stand for: `say = warning if bad else note`."""
    return {
        target.id: tuple(_names(node.value))
        for node in ast.walk(module)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _column(targets: list[ast.expr], rows: list[ast.expr], constants: Mapping[str, ast.expr]) -> Iterator[str]:
    """Yield the codes of a loop over a table: `for kind, code, limit in ((…, "cache-rules", …), …)`."""
    names = [target.id if isinstance(target, ast.Name) else "" for target in targets]
    if "code" in names:
        for row in rows:
            if isinstance(row, ast.Tuple):
                yield from _texts(row.elts[names.index("code")], constants)


def _argument(call: ast.Call, position: int | None) -> ast.expr | None:
    for each in call.keywords:
        if each.arg == "code":
            return each.value
    return call.args[position] if position is not None and position < len(call.args) else None


def _defaults(function: ast.FunctionDef, constants: Mapping[str, ast.expr]) -> Iterator[str]:
    arguments = function.args
    pairs = [
        *zip(reversed(arguments.args), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if argument.arg == "code":
            yield from _texts(default, constants)


def _texts(node: ast.expr | None, constants: Mapping[str, ast.expr]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text) if SHAPE.fullmatch(text):
            yield text
        case ast.IfExp():
            yield from _texts(node.body, constants)
            yield from _texts(node.orelse, constants)
        case ast.Name(id=name) if name in constants:
            yield from _texts(constants[name], {})
        case ast.Subscript(value=ast.Name(id=name)) if name in constants:
            # A table: any of its texts that looks like a code can be the one.
            for each in ast.walk(constants[name]):
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and "-" in each.value:
                    yield from _texts(each, {})


def _add(found: dict[str, int | None], name: str, positional: list[str], keywords: list[ast.arg]) -> None:
    if positional[:1] in (["self"], ["cls"]):
        positional = positional[1:]
    if "code" in positional:
        found[name] = positional.index("code")
    elif any(each.arg == "code" for each in keywords):
        found[name] = None


def _fields(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    """Yield the fields of a record, those of its bases first."""
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes:
            yield from _fields(classes[base.id], classes)
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id
