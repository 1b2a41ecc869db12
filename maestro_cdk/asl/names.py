"""What the names in a definition can mean: the forms in which people name a function."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from maestro_cdk.model import JSON

WORKFLOW_NAME = "WORKFLOW_NAME"
"""The original Maestro's word for the workflow's name."""

KEY = re.compile(r"[A-Za-z0-9_]+")
"""The name of a substitution of the user's."""

_SUFFIXES = (
    "",
    "Arn",
    "Name",
    "Function",
    "FunctionArn",
    "FunctionName",
    "Lambda",
    "LambdaArn",
    "LambdaFunction",
    "LambdaFunctionArn",
    "LambdaFunctionName",
)
"""What SAM, Serverless and CDK projects put behind a function's name in a substitution."""


def plain(name: str) -> str:
    """A name without case and punctuation: what two names of one function have in common."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """The substitutions that code of the user's gives later: `names`, and others where `more`."""

    names: frozenset[str] = frozenset()
    more: bool = False

    def __or__(self, other: "Promised") -> "Promised":
        """What either promises."""
        return Promised(names=self.names | other.names, more=self.more or other.more)


NOTHING_PROMISED = Promised()


@dataclass(slots=True)
class Names:
    """What the names of a definition can mean."""

    functions: Mapping[str, str]  # name -> logical id
    workflow: str
    substitutions: Mapping[str, JSON]
    promised: Promised = NOTHING_PROMISED
    meanings: Mapping[str, str] = field(init=False)  # plain token -> function

    def __post_init__(self) -> None:
        meanings: dict[str, str] = {}
        for suffix in _SUFFIXES:  # a shorter suffix is the nearer meaning
            for name in self.functions:
                meanings.setdefault(plain(name) + suffix.lower(), name)
        self.meanings = meanings

    def of_token(self, token: str) -> str | None:
        """The function that `${token}` names."""
        if token in self.functions:
            return token
        if ":" in token:  # JSONata's object, or a parameter of CloudFormation's
            return None
        return self.meanings.get(plain(token))

    def awaits(self, token: str) -> bool:
        """Whether `${token}` is given later, or may be."""
        if token in self.promised.names:
            return True
        return self.promised.more and bool(KEY.fullmatch(token)) and self.of_token(token) is None

    def of_text(self, text: str) -> str | None:
        """The function that a name outside `${}` means."""
        for prefix in (f"{WORKFLOW_NAME}_", f"{self.workflow}_", ""):
            if text.startswith(prefix) and text[len(prefix) :] in self.functions:
                return text[len(prefix) :]
        return None

    def near(self, text: str) -> str | None:
        """The name that is most like a text; None where none is."""
        name = text.removeprefix(f"{WORKFLOW_NAME}_").removeprefix(f"{self.workflow}_")
        names = [*self.functions, *self.substitutions, *sorted(self.promised.names)]
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        if not near:
            plains = {plain(known): known for known in names}
            near = [plains[p] for p in get_close_matches(plain(name), plains, n=1, cutoff=0.5)]
        return near[0] if near else None

    def nearest(self, text: str) -> str:
        """What to write instead."""
        if near := self.near(text):
            return f"did you mean {near!r}"
        if not self.functions:
            return "lambdas/ holds no function"
        return f"the functions of this folder: {', '.join(sorted(self.functions))}"
