"""Where a definition names a function or another resource, and what stands there when deployed.

A definition on disk holds names; the one that is deployed holds `${key}` for each thing that only
CloudFormation knows, with `DefinitionSubstitutions` to fill them. Only the strings that name
something are rewritten: the rest of the text stays as its author wrote it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from maestro_cdk.asl import arns, invoking
from maestro_cdk.asl.arns import TOKEN
from maestro_cdk.asl.document import Document, Pointer, walk
from maestro_cdk.asl.invoking import Place
from maestro_cdk.asl.machines import states
from maestro_cdk.asl.names import NOTHING_PROMISED, WORKFLOW_NAME, Names, Promised
from maestro_cdk.model import (
    Definition,
    Finding,
    FunctionArn,
    Provided,
    PseudoParameter,
    Severity,
    Substitution,
)

PSEUDO_PARAMETERS = {
    "AWS::Region": "AWSRegion",
    "AWS::AccountId": "AWSAccountId",
    "AWS::Partition": "AWSPartition",
    "AWS::URLSuffix": "AWSURLSuffix",
    "AWS::StackName": "AWSStackName",
}
"""What CloudFormation knows, and the keys that stand for it: a key holds letters and digits."""

_ACCOUNT = re.compile(r"\d{12}")
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def resolve(
    document: Document,
    *,
    functions: Mapping[str, str],
    workflow: str,
    substitutions: Mapping[str, str | int | float | bool],
    promised: Promised = NOTHING_PROMISED,
) -> tuple[Definition, tuple[Finding, ...]]:
    """Find what a definition refers to, and write it as it is deployed.

    Args:
        document: the definition.
        functions: the logical id of each function of the project, by its name.
        workflow: the workflow's name, with its stage.
        substitutions: the user's own.
        promised: those that code of the user's gives when the template is made.

    Returns:
        The definition with a `${key}` for each reference, and a finding for each name that means
        nothing: an error where a function or an ARN is meant, a warning in other text.
    """
    names = Names(
        functions=functions, workflow=workflow, substitutions=substitutions, promised=promised
    )
    return _Resolver(document, names).resolve()


class _Resolver:
    def __init__(self, document: Document, names: Names) -> None:
        self.document, self.names = document, names
        self.used: dict[str, Substitution] = {}
        self.called: dict[Pointer, str] = {}
        self.findings: list[Finding] = []
        self.taken = {*names.substitutions, *names.promised.names, *_staying(document, names)}

    def resolve(self) -> tuple[Definition, tuple[Finding, ...]]:
        named: dict[Pointer, Place] = {}
        for state in states(self.document):
            named |= {place.pointer: place for place in invoking.places(state)}
        rewritten: dict[Pointer, str] = {}
        keys: dict[Pointer, str] = {}
        for pointer, value in walk(self.document):
            if pointer and isinstance(pointer[-1], str):
                key = self._key(pointer[-1], pointer)
                if key != pointer[-1]:
                    keys[pointer] = key
            if not isinstance(value, str) or pointer in self.document.literals:
                continue
            place = named.get(pointer)
            text = self._function(value, place) if place else self._text(value, pointer)
            if text != value:
                rewritten[pointer] = text
        definition = Definition(
            text=self.document.rewrite(rewritten, keys),
            substitutions=dict(sorted(self.used.items())),
            called=self.called,
            file=self.document.file,
            source=self.document,
        )
        return definition, tuple(self.findings)

    # --- functions ---------------------------------------------------------------------------

    def _function(self, written: str, place: Place) -> str:
        """What stands where a function is named."""
        if written.startswith("{%"):
            return self._text(written, place.pointer)
        text = self._expanded(written)
        arn = arns.parse(text)
        if arn is not None:
            if arn.service != "lambda":
                return self._text(written, place.pointer)
            return self._by_arn(written, arn, place)
        token = TOKEN.match(text)
        if token and (token.end() == len(text) or text[token.end()] == ":"):
            if self.names.awaits(token.group(1)):
                return self._later(written, token, place)
            name = self.names.of_token(token.group(1))
            if name is None:
                self._unknown_token(token.group(1), place)
                return written
            return self._ours(name, text[token.end() :], place)
        if place.bare:
            return self._by_name(written, text, place)
        name = self.names.of_text(text)
        hint = f'write "${{{name}}}"' if name else "an ARN, or ${function}"
        self._error("unknown-function", f"{written!r} is not an ARN", hint, place)
        return written

    def _later(self, written: str, token: re.Match[str], place: Place) -> str:
        """What is given later names a function."""
        self._await(token.group(1), place.pointer)
        return self._text(written, place.pointer)

    def _by_arn(self, written: str, arn: arns.Arn, place: Place) -> str:
        kind, _, rest = arn.resource.partition(":")
        if kind != "function" or not rest:
            self._error("unknown-function", f"{written!r} is no function's ARN", None, place)
            return written
        name, *qualifier = arns.split(rest)
        tail = "".join(f":{part}" for part in qualifier)
        if token := TOKEN.fullmatch(name):
            if self.names.awaits(token.group(1)):
                self._await(token.group(1), place.pointer)
                return self._text(written, place.pointer)
            ours = self.names.of_token(token.group(1))
            if ours is None:
                self._unknown_token(token.group(1), place)
                return written
            return self._ours(ours, tail, place)
        own = (arn.region in ("REGION", "${AWS::Region}", "")) and (
            arn.account in ("ACCOUNT_ID", "${AWS::AccountId}", "")
        )
        ours = self.names.of_text(name)
        if ours and (own or arn.account in ("ACCOUNT_ID", "${AWS::AccountId}", "")):
            return self._ours(ours, tail, place)
        if WORKFLOW_NAME in name or (own and "${" not in arn.region + arn.account):
            self._unknown(name, place)
            return written
        if not self._is_place(written, arn, ours, place):
            return written
        return self._text(written, place.pointer)

    def _is_place(self, written: str, arn: arns.Arn, ours: str | None, place: Place) -> bool:
        """Whether an ARN's region and account can be ones; a finding where not."""
        region_ok = arn.region in ("REGION", "${AWS::Region}") or arns.REGION.fullmatch(arn.region)
        account_ok = arn.account in ("ACCOUNT_ID", "${AWS::AccountId}") or _ACCOUNT.fullmatch(
            arn.account
        )
        for good, what, value, word in (
            (region_ok, "region", arn.region, "REGION"),
            (account_ok, "account", arn.account, "ACCOUNT_ID"),
        ):
            if not good and not TOKEN.search(value):
                hint = f'write "${{{ours}}}"' if ours else f"write {word}, and maestro fills it in"
                message = f"{value!r} is no {what}, in {written!r}"
                self._error("unknown-function", message, hint, place)
                return False
        return True

    def _by_name(self, written: str, text: str, place: Place) -> str:
        name, *qualifier = arns.split(text)
        if len(qualifier) > 1 and _ACCOUNT.fullmatch(name) and qualifier[0] == "function":
            arn = arns.Arn(
                partition="PARTITION",
                service="lambda",
                region="REGION",
                account=name,
                resource=":".join(qualifier),
            )
            return self._text(str(arn), place.pointer)
        ours = self.names.of_text(name)
        if ours:
            return self._ours(ours, "".join(f":{part}" for part in qualifier), place)
        if text.startswith("$"):
            hint = f'write "{place.pointer[-1]}.$"'
            self._error("unknown-function", f"{written!r} is a path, not a name", hint, place)
        elif _NAME.fullmatch(name):
            if place.invokes:  # what is made, or looked at, may be any function
                self._unknown(name, place)
        else:
            message = f"{written!r} is neither a function's name nor its ARN"
            self._error("unknown-function", message, self.names.nearest(written), place)
        return written

    def _ours(self, name: str, qualifier: str, place: Place) -> str:
        self.called[place.pointer] = name
        if qualifier not in ("", ":$LATEST"):
            message = f"function {name!r} has no version or alias {qualifier.removeprefix(':')!r}"
            hint = "leave it out; the function itself is called then"
            self._finding("unknown-function", "warning", message, hint, place.pointer)
        return f"${{{self._function_key(name)}}}{qualifier}"

    # --- other text --------------------------------------------------------------------------

    def _key(self, key: str, pointer: Pointer) -> str:
        """A key with what CloudFormation knows, and the user's substitutions: nothing else."""
        for token in TOKEN.findall(key):
            if token in self.names.substitutions:
                self.used[token] = self.names.substitutions[token]
            elif self.names.awaits(token):
                self._await(token, pointer, needed=False)
        return self._pseudo(key)

    def _text(self, text: str, pointer: Pointer) -> str:
        """A text in which ARNs and tokens are filled in."""
        if "${" not in text and "arn:" not in text:
            return text
        meant = text.startswith("arn:") or pointer[-1:] == ("Resource",)
        text = arns.ARN.sub(lambda match: self._arn(match.group()), text)
        return TOKEN.sub(lambda match: self._token(match, pointer, meant=meant), text)

    def _arn(self, text: str) -> str:
        """An ARN with CloudFormation's names for the words of region, account and partition."""
        if arns.parse(text) is None:
            return text
        return "".join(
            f"${{{piece.name}}}"
            if isinstance(piece, PseudoParameter)
            else piece.replace(WORKFLOW_NAME, self.names.workflow)
            for piece in arns.words(text)
        )

    def _pseudo(self, text: str) -> str:
        return TOKEN.sub(
            lambda match: (
                self._pseudo_key(match.group(1))
                if match.group(1) in PSEUDO_PARAMETERS
                else match.group()
            ),
            text,
        )

    def _token(self, match: re.Match[str], pointer: Pointer, *, meant: bool) -> str:
        token = match.group(1)
        if token in PSEUDO_PARAMETERS:
            return self._pseudo_key(token)
        if token in self.names.substitutions:
            self.used[token] = self.names.substitutions[token]
            return match.group()
        if self.names.awaits(token):
            self._await(token, pointer, needed=meant)
            return match.group()
        name = self.names.of_token(token)
        if name is not None:
            return f"${{{self._function_key(name)}}}"
        if meant:
            elsewhere = "what is no function goes into [workflow.substitutions]"
            hint = f"{self.names.nearest(token)}; {elsewhere}"
        else:
            near = self.names.near(token)
            hint = "it stays as it is; if it should be filled in, define it in "
            hint += "[workflow.substitutions]"
            hint = f"did you mean {near!r}? {hint}" if near else hint
        severity: Severity = "error" if meant else "warning"
        message = f"${{{token}}} names nothing"
        self._finding("unknown-substitution", severity, message, hint, pointer)
        return match.group()

    def _await(self, token: str, pointer: Pointer, *, needed: bool = True) -> None:
        """Note what is given later; that it may be, where that is all that is known."""
        known = self.used.get(token)
        if isinstance(known, Provided):
            self.used[token] = replace(known, needed=known.needed or needed)
            return
        promised = token in self.names.promised.names
        where = self.document.where(pointer)
        self.used[token] = Provided(name=token, where=where, needed=needed or promised)
        if not promised:
            message = f"whether ${{{token}}} names anything shows when the template is made"
            self._finding("unknown-substitution", "info", message, None, pointer)

    # --- keys of substitutions ---------------------------------------------------------------

    def _expanded(self, text: str) -> str:
        """A text with the user's own substitutions filled in, for reading it."""
        values = self.names.substitutions
        return TOKEN.sub(
            lambda match: (
                str(values[match.group(1)]) if match.group(1) in values else match.group()
            ),
            text,
        )

    def _function_key(self, name: str) -> str:
        key = self._free(f"{self.names.functions[name]}Arn")
        self.used[key] = FunctionArn(function=name)
        return key

    def _pseudo_key(self, name: str) -> str:
        key = self._free(PSEUDO_PARAMETERS[name])
        self.used[key] = PseudoParameter(name=name)
        return f"${{{key}}}"

    def _free(self, key: str) -> str:
        """A key that fills in nothing but what it is for."""
        while key in self.taken:
            key += "0"
        return key

    # --- findings ----------------------------------------------------------------------------

    def _unknown(self, name: str, place: Place) -> None:
        function = name.removeprefix(f"{WORKFLOW_NAME}_")
        hint = f"{self.names.nearest(name)}; a function outside this folder is named by its ARN"
        self._error("unknown-function", f"there is no function {function!r}", hint, place)

    def _unknown_token(self, token: str, place: Place) -> None:
        message = f"${{{token}}} names no function of this folder"
        self._error("unknown-function", message, self.names.nearest(token), place)

    def _error(self, rule: str, message: str, hint: str | None, place: Place) -> None:
        self._finding(rule, "error", message, hint, place.pointer)

    def _finding(
        self, rule: str, severity: Severity, message: str, hint: str | None, pointer: Pointer
    ) -> None:
        self.findings.append(
            Finding(
                rule=rule,
                severity=severity,
                message=message,
                hint=hint,
                where=self.document.where(pointer),
                state=state_of(pointer),
            )
        )


def _staying(document: Document, names: Names) -> Iterator[str]:
    """The tokens that are deployed as they are written: no key of ours may be one of them."""
    for pointer, value in walk(document):
        if pointer and isinstance(pointer[-1], str):
            yield from TOKEN.findall(pointer[-1])
        if isinstance(value, str):
            yield from (token for token in TOKEN.findall(value) if names.of_token(token) is None)


def state_of(pointer: Pointer) -> str | None:
    """The innermost state that a pointer leads into."""
    for n in range(len(pointer) - 1, 0, -1):
        if pointer[n - 1] == "States":
            return str(pointer[n])
    return None
