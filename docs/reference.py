"""Writes docs/reference/ from the code: run by `make reference`; a test holds it current."""

from pathlib import Path

from maestro_cdk.asl.rules import FolderRule, Rule, registry

OUT = Path(__file__).parent / "reference"

RULES_HEAD = """# Rules

What `maestro validate` looks at, and every command that reads a project. An *error* is what AWS
refuses, or what must fail when it runs; it stops `synth` and `deploy`. A *warning* is worth
mending, an *info* worth knowing.

`maestro validate --rules` lists them. A rule that *can be switched off* is named in maestro.toml:

```toml
[workflow]
disable_rules = ["endings"]
```

| rule | gravest | can be switched off | |
| --- | --- | --- | --- |
"""


def pages() -> dict[str, str]:
    """Each page by its name."""
    return {"rules.md": rules()}


def rules() -> str:
    """The page on the rules of validation."""
    ordered = sorted(registry.EVERY, key=lambda rule: rule.id)
    rows = [
        f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {'yes' if rule.optional else 'no'} "
        f"| {rule.summary} |"
        for rule in ordered
    ]
    return RULES_HEAD + "\n".join(rows) + "\n\n" + "\n".join(section(rule) for rule in ordered)


def section(rule: Rule | FolderRule) -> str:
    """What the page says of one rule."""
    paragraphs = [f"## {rule.id}", rule.summary, rule.explanation.strip()]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def main() -> None:
    """Write every page."""
    OUT.mkdir(exist_ok=True)
    for name, text in pages().items():
        (OUT / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
