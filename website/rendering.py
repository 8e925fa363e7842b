"""Templates of the generated pages: Markdown whose headings mkdocs reads, with escaped HTML below them."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def rendered(template: str, **values: object) -> str:
    """Return a template with these values, each escaped."""
    return _ENVIRONMENT.get_template(template).render(**values)
