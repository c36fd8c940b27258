"""The policies that serve: read from files, the last good version where a file is broken, older ones from the store."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from intake.core.policy.policy import Policy, load_policy
from intake.errors import IntakeError, Mistake, Mistakes
from intake.tomlfile import suggestion


class Policies:
    """Policies by name. `mistakes` tells what is wrong with files whose last good version serves in their place."""

    def __init__(self, serving: Mapping[str, Policy], mistakes: list[Mistake], files: Mapping[str, str]) -> None:
        self._serving = dict(serving)
        self._files = dict(files)
        self._older: dict[tuple[str, str], Policy] = {}
        self.mistakes = mistakes

    def __iter__(self) -> Iterator[Policy]:
        return iter(self._serving.values())

    def get(self, name: str) -> Policy:
        """The policy that serves under a name.

        Raises `Mistakes` where its file is broken and no good version is known, `IntakeError` naming what there is
        where there is no such file.
        """
        if name not in self._serving:
            if broken := [each for each in self.mistakes if Path(each.file).stem == name]:
                raise Mistakes(broken)
            hint = suggestion(name, sorted(self._serving)) or "; there is none at all"
            raise IntakeError(f'no policy is named "{name}"{hint}')
        return self._serving[name]

    def serving(self, name: str) -> Policy | None:
        """The policy that serves under a name; None where none does any more."""
        return self._serving.get(name)

    def file_of(self, name: str) -> str:
        """The file that the policy of that name was read from."""
        return self._files[name]

    def version(self, name: str, version: str, text: str | None) -> Policy:
        """The version that a case was opened under, from its stored text; the serving one where that is lost."""
        if (name, version) not in self._older:
            serving = self.get(name)
            if version == serving.version or text is None:
                return serving
            self._older[name, version] = load_policy(text, f"{name} {version}")
        return self._older[name, version]

    def has(self, name: str, version: str) -> bool:
        """Whether that version is at hand without its text."""
        return (name, version) in self._older or self.get(name).version == version


def load_policies(folders: list[Path], last_good: Mapping[str, str]) -> Policies:
    """The policies of the folders' files, earlier folders first. A broken file's last good text serves on."""
    serving: dict[str, Policy] = {}
    mistakes: list[Mistake] = []
    files: dict[str, str] = {}
    for file in [file for folder in folders for file in sorted(folder.glob("*.toml"))]:
        policy: Policy | None
        try:
            policy = load_policy(file.read_text(encoding="utf-8"), str(file))
        except Mistakes as error:
            mistakes += error.mistakes
            policy = _last_good(file.stem, last_good)
        except (OSError, UnicodeDecodeError) as error:
            mistakes.append(
                Mistake(str(file), 0, "", f"cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}")
            )
            policy = _last_good(file.stem, last_good)
        if policy is not None:
            serving.setdefault(policy.name, policy)
            files.setdefault(policy.name, str(file))
    return Policies(serving, mistakes, files)


def policy_named(folders: list[Path], name: str) -> Policy:
    """The policy of that name as its file stands, earlier folders first; no other file is looked at closely.

    Raises `Mistakes` where its file is broken, `IntakeError` naming what there is where there is none.
    """
    known: list[str] = []
    for file in [file for folder in folders for file in sorted(folder.glob("*.toml"))]:
        try:
            text = file.read_text(encoding="utf-8")
            named = str(tomllib.loads(text).get("name", ""))
        except (OSError, ValueError, RecursionError):
            if file.stem == name:
                broken = load_policies([file.parent], {}).mistakes
                raise Mistakes([each for each in broken if each.file == str(file)]) from None
            continue
        if named == name:
            return load_policy(text, str(file))
        known.append(named)
    hint = suggestion(name, sorted(set(known))) or "; there is none at all"
    raise IntakeError(f'no policy is named "{name}"{hint}')


def _last_good(name: str, last_good: Mapping[str, str]) -> Policy | None:
    text = last_good.get(name)
    return load_policy(text, f"the last good {name}") if text is not None else None
