"""Where the policies, templates and example configuration that ride with the program stand."""

from pathlib import Path


def shipped(name: str) -> Path:
    """The path of a shipped file or folder: inside an installed wheel, else beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "shipped" / name
    return inside if inside.exists() else package.parent / name
