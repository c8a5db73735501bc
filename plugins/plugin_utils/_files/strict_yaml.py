# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML and JSON as they are written: by the YAML 1.2 core schema, and stricter where it would still guess.

- ``true``, ``false`` and ``null`` are the only words. ``NO``, ``yes`` and ``on`` are text. What YAML calls a boolean
  or null in another spelling (``True``, ``~``, nothing at all) is an error that shows how to write it.
- A number is one only if it would print as it is written: ``012345``, ``1.10``, ``1e3``, ``0x1F``, ``1_000`` and
  ``12:30`` are text, and so is every date. JSON is read by the same rule.
- A name given twice is an error, and so are aliases and merge keys: what an entry says stands in it, where a reviewer
  reads it. So are tags other than ``!vault``, and several documents in a file.
- Nothing is expanded: ``{{ ... }}`` is text like any other.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Callable, NoReturn

import yaml

from ...module_utils._options.context import Decrypt
from ...module_utils._text.redaction import printable
from ...module_utils.errors import ConfigurationError

DEEPEST = 50
"""Levels of mappings and lists inside one another. The parser in C would crash on some thousand."""
WORDS = {"true": True, "false": False, "null": None}
"""The words that mean a value, as in JSON."""
AMBIGUOUS = re.compile(r"True|TRUE|False|FALSE|Null|NULL|~|")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[-+][0-9]+)?")
UNREADABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""Characters that no YAML may hold, or in which YAML 1.1 and 1.2 see and see no end of a line."""
BUILT = "built"
"""The tag of a node that was built already: it is met again through an alias only."""
BARE_TAG = re.compile(r"(?:&\S+\s+)?!(?:\s|$)")
NO_TEMPLATES = "Quote text that begins with a brace; templates are not expanded in a manifest."


@dataclass(frozen=True)
class Vaulted:
    """A text that stood there encrypted, as ``!vault``."""

    value: str = field(repr=False)


class _Twice(ValueError):
    """A name stands twice in a JSON object."""


def number(text: str) -> Any:
    """The number that the text spells, if that number would print as this text; else the text."""
    if not NUMBER.fullmatch(text):
        return text
    try:
        value = float(text) if "." in text or "e" in text else int(text)
    except ValueError:  # more digits than Python converts
        return text
    return value if str(value) == text else text


class _Reader:
    """The composer's questions answered: no tag is guessed, and nothing is nested too deeply. build: makes a value of
    a node; it is asked for each element of a list as soon as it is whole, since nodes take ten times the memory."""

    depth = 0
    build: Callable[[yaml.Node], Any]

    def resolve(self, _kind: Any, _value: Any, _implicit: Any) -> None:
        """Leave a node without a tag if it is written without one."""

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Called on the way into a node, with the node around it and, in a list, its number."""
        self.depth += 1
        if self.depth > DEEPEST + 1:  # a scalar in the deepest counts too
            raise RecursionError
        if index and isinstance(index, int):
            parent.value[index - 1] = self.build(parent.value[index - 1])

    def ascend_resolver(self) -> None:
        """Called on the way out of a node."""
        self.depth -= 1

    def check_resolver_prefix(self, *_unused: Any) -> None:
        """No resolver here works by paths."""


try:
    from yaml.cyaml import CParser  # type: ignore[attr-defined,unused-ignore]

    class _Composer(_Reader, CParser):  # type: ignore[misc,unused-ignore]
        """The parser in C, which is ten times as fast."""

except ImportError:
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class _Composer(_Reader, Reader, Scanner, Parser, Composer):  # type: ignore[no-redef]
        """The parser in Python."""

        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)


class _Builder:
    """Makes values of the nodes of one file. name: of the file, for messages; text: what stands in it."""

    def __init__(self, name: str, text: str, decrypt: Decrypt) -> None:
        self.name = name
        self.text = text
        self.decrypt = decrypt

    def refuse(self, node: yaml.Node, why: str, hint: str) -> NoReturn:
        """Raise ConfigurationError with the line of the node."""
        raise _problem(self.name, node.start_mark.line + 1, why, hint)

    def value(self, node: yaml.Node) -> Any:
        """The value of a node and of everything in it. Elements of lists may have been built before."""
        tag, node.tag = node.tag, BUILT
        if tag is not None or BARE_TAG.match(self.text, node.start_mark.index):  # parsers drop the tag "!"
            return self.tagged(node, tag or "!")
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else self.plain(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one) if isinstance(one, yaml.Node) else one for one in node.value]
        return self.mapping(node)

    def mapping(self, node: yaml.Node) -> dict[str, Any]:
        """A mapping; its names are text, whatever they look like."""
        built: dict[str, Any] = {}
        for name_node, value_node in node.value:
            tag, name_node.tag = name_node.tag, BUILT
            name = name_node.value
            if tag is BUILT:
                self.tagged(name_node, tag)
            if not isinstance(name_node, yaml.ScalarNode) or tag is not None:
                self.refuse(name_node, "the name before a colon is no simple text", NO_TEMPLATES)
            if not name_node.style and name in ("<<", ""):
                why = "<< (merge) is not understood" if name else "there is no name before the colon"
                self.refuse(name_node, why, "Write out what the entry holds.")
            if name in built:
                why = f"{_shown(name)} is given twice in one mapping"
                self.refuse(name_node, why, "Keep one of them.")
            built[name] = self.value(value_node)
        return built

    def plain(self, node: yaml.Node) -> Any:
        """A scalar without quotes."""
        text = node.value
        if text in WORDS:
            return WORDS[text]
        if AMBIGUOUS.fullmatch(text):
            word = {"t": "true", "f": "false"}.get(text[:1].lower(), "null")
            why = f"{text} can be a word or text" if text else "there is no value"
            self.refuse(node, why, f'Write {word}, or "{text}" in quotes if it is text.')
        return number(text)

    def tagged(self, node: yaml.Node, tag: str) -> Vaulted:
        """What stands behind a tag. A node that was built before is met again through an alias."""
        if tag is BUILT:
            why = "what is anchored here (&) is used again by an alias (*)"
            self.refuse(node, why, "Write it out, or put what is common into a layer of its own.")
        if tag != "!vault" or not isinstance(node, yaml.ScalarNode):
            self.refuse(node, f"the tag {_shown(tag)} is not understood", "Only !vault is, before a text.")
        try:
            return Vaulted(self.decrypt(node.value))
        except Exception as error:
            hint = "Give the vault password with which it was encrypted."
            raise _problem(self.name, node.start_mark.line + 1, "a !vault value cannot be decrypted", hint) from error


def _shown(name: str) -> str:
    """A name from a file in a message. It is no value, yet may be as long as one."""
    return printable(name if len(name) <= 80 else f"{name[:80]}...")


def _problem(name: str, line: int, why: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"read {printable(name)}", f"line {line}: {why}" if line else why, hint)


def _nested_too_deeply(name: str) -> ConfigurationError:
    return _problem(name, 0, f"it is nested more than {DEEPEST} levels deep", "Look for a bracket too many.")


def load_yaml(text: str, name: str, decrypt: Decrypt) -> Any:
    """The data of a YAML document: JSON values, and Vaulted where a text stood encrypted; None for an empty document.
    name: what to call the file. Raises ConfigurationError with the line and without values."""
    unreadable = UNREADABLE.search(text)
    if unreadable:
        why = f"the character U+{ord(unreadable[0]):04X} must not stand in YAML as it is"
        raise _problem(
            name, text.count("\n", 0, unreadable.start()) + 1, why, 'Write it as an escape, in "double quotes".'
        )
    try:
        composer = _Composer(text)
        composer.build = _Builder(name, text, decrypt).value
        root = composer.get_single_node()
        return None if root is None or _is_nothing(root) else composer.build(root)
    except RecursionError as error:
        raise _nested_too_deeply(name) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        why = str(getattr(error, "problem", None) or "it is not valid")
        if "another document" in why:
            why = "a second document begins"
        raise _problem(name, mark.line + 1 if mark else 0, f"this is no valid YAML ({why})", "") from error


def _is_nothing(node: yaml.Node) -> bool:
    """Whether this is what a document holds that has a beginning and no more."""
    return isinstance(node, yaml.ScalarNode) and node.value == "" and not node.style and node.tag is None


def load_json(text: str, name: str) -> Any:
    """The data of a JSON document. Raises ConfigurationError, with the line where it is known and without values."""
    try:
        data = json.loads(
            text, object_pairs_hook=_unique, parse_int=number, parse_float=number, parse_constant=_no_constant
        )
    except _Twice as error:
        why = f"{_shown(str(error))} is given twice in one mapping"
        raise _problem(name, _line_of(why, text), why, "Keep one of them.") from error
    except RecursionError as error:
        raise _nested_too_deeply(name) from error
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise _problem(name, line, f"this is no valid JSON ({getattr(error, 'msg', error)})", "") from error
    if _is_deeper(data, DEEPEST):
        raise _nested_too_deeply(name)
    if "\\u" in text and _has_surrogates(data):
        raise _problem(name, 0, "half of a surrogate pair (\\ud800 to \\udfff) is no character", "")
    return data


def _line_of(why: str, text: str) -> int:
    """The line of a mistake in JSON that YAML, whose nodes know their lines, finds as well; 0 where it does not."""
    try:
        load_yaml(text.replace("\t", " "), "", str)
    except ConfigurationError as error:
        found = re.fullmatch(r"line ([0-9]+): (.*)", error.why, re.DOTALL)
        if found and found[2] == why:
            return int(found[1])
    return 0


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) < len(pairs):
        names = [name for name, _value in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return built


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


def _is_deeper(data: Any, levels: int) -> bool:
    """Whether mappings and lists are nested deeper than this, found without recursion."""
    level = [data] if isinstance(data, (dict, list)) else []
    for _number in range(levels):
        inner = (value for outer in level for value in (outer.values() if isinstance(outer, dict) else outer))
        level = [value for value in inner if isinstance(value, (dict, list))]
    return bool(level)


def _has_surrogates(data: Any) -> bool:
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
