"""Everything that is wrong with an installation's files, in one go."""

from collections.abc import Iterator
from pathlib import Path

from intake import tomlfile
from intake.app import folders_of
from intake.app.check_policies import example_mistakes
from intake.config import Config
from intake.core.policy.policy import Policy
from intake.core.policy.schema_types import countries
from intake.desk.policies import Policies, load_policies
from intake.errors import Mistake
from intake.outbound.templateset import check_templates, has_language, languages_of
from intake.tomlfile import suggestion


def check(config: Config) -> list[Mistake]:
    """Every mistake in policies and templates, and in what the configuration says of them."""
    policies = load_policies(folders_of(config, "policies"), {})
    found = [*policies.mistakes, *example_mistakes(policies), *template_mistakes(config)]
    found += [*_folders(config), *_tls_files(config), *_routes(config, policies)]
    serving = [policy for policy in policies if any(route.policy == policy.name for route in config.settings.route)]
    found += [*_languages(config, policies, serving)]
    return [*found, *_roles(config, serving), *_roles_in(config, serving)]


def template_mistakes(config: Config) -> list[Mistake]:
    """Every mistake in the templates of the configured folder, and that it is none."""
    if config.templates.is_dir():
        return check_templates(folders_of(config, "templates"))
    said = f"{config.templates} is no folder of templates; right would be one with en/acknowledgment.md and the like"
    return [config.text.mistake(("files", "templates"), said)]


def _folders(config: Config) -> Iterator[Mistake]:
    """Folders that are none; a folder of templates is named with them."""
    if not config.policies.is_dir():
        yield config.text.mistake(("files", "policies"), f"{config.policies} is no folder")
    if config.folder.exists() and not config.folder.is_dir() and not config.settings.store.url:
        yield config.text.mistake(("store", "folder"), f"{config.folder} is a file; right would be a folder")


def _tls_files(config: Config) -> Iterator[Mistake]:
    for section in ("smtp", "lmtp"):
        part = getattr(config.settings, section)
        for key in ("tls_certificate", "tls_key") if part.listen else ():
            file = getattr(part, key)
            if file and not config.path(file).is_file():
                yield config.text.mistake((section, key), f"there is no file {config.path(file)}")


def _languages(config: Config, policies: Policies, serving: list[Policy]) -> Iterator[Mistake]:
    """Languages that no template is in."""
    known = languages_of(folders_of(config, "templates"))
    right = f"right would be one of {', '.join(known)}, or a folder of templates for it"
    language = config.settings.service.language
    if not has_language(language, known):
        yield config.text.mistake(("service", "language"), f'no template is in "{language}"; {right}')
    for policy in serving:
        text = tomlfile.parse(policy.text, policies.file_of(policy.name))
        for index, each in enumerate(policy.file.languages):
            if not has_language(each, known):
                yield text.mistake(("languages", index), f'no template is in "{each}"; {right}')


def _routes(config: Config, policies: Policies) -> Iterator[Mistake]:
    known = [policy.name for policy in policies]
    broken = {Path(mistake.file).stem for mistake in policies.mistakes}
    roles = config.settings.roles
    for index, route in enumerate(config.settings.route):
        if route.policy and route.policy not in known and route.policy not in broken:
            hint = suggestion(route.policy, known)
            yield config.text.mistake(("route", index, "policy"), f'no policy is named "{route.policy}"{hint}')
        if route.role and "@" not in route.role and not roles.get(route.role):
            said = f'no address stands behind the role "{route.role}"{suggestion(route.role, sorted(roles))}'
            yield config.text.mistake(("route", index, "role"), said)


def _roles(config: Config, policies: list[Policy]) -> Iterator[Mistake]:
    roles = config.settings.roles
    told = {role for policy in policies for role in policy.roles}
    told |= {route.role for route in config.settings.route}
    spare = sorted(set(roles) - told)
    for role in sorted({role for policy in policies for role in policy.roles if not roles.get(role)}):
        telling = ", ".join(policy.name for policy in policies if role in policy.roles)
        said = f'no address stands behind the role "{role}", which {telling} will tell'
        near = suggestion(role, spare) if spare else ""
        yield config.text.mistake(("roles",), said + (near if "did you mean" in near else ""))


def _roles_in(config: Config, policies: list[Policy]) -> Iterator[Mistake]:
    """Places and roles that nobody would ever be looked up by."""
    regions = sorted({part.name for policy in policies for part in policy.file.regions})
    known = sorted({role for policy in policies for role in policy.roles} | set(config.settings.roles))
    for place, roles in config.settings.roles_in.items():
        if place not in regions and place not in countries():
            said = f'"{place}" is neither a country\'s code, such as DE, nor a region of a policy'
            yield config.text.mistake(("roles_in", place), said + suggestion(place, regions))
        for role in roles:
            if role not in known:
                said = f'no policy tells a role "{role}"{suggestion(role, known)}'
                yield config.text.mistake(("roles_in", place, role), said)
