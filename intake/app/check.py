"""Everything that is wrong with an installation's files, in one go."""

from pathlib import Path

from intake.app import folders_of
from intake.app.check_policies import example_mistakes
from intake.config import Config
from intake.desk.house import own_addresses
from intake.desk.policies import load_policies
from intake.errors import Mistake
from intake.outbound.templateset import check_templates
from intake.tomlfile import suggestion


def check(config: Config) -> list[Mistake]:
    """Every mistake in policies and templates, and in what the configuration says of them."""
    settings, text = config.settings, config.text
    policies = load_policies(folders_of(config, "policies"), {})
    found = [*policies.mistakes, *example_mistakes(policies), *check_templates(folders_of(config, "templates"))]
    known = [policy.name for policy in policies]
    broken = {Path(mistake.file).stem for mistake in policies.mistakes}
    for index, route in enumerate(settings.route):
        if route.policy not in known and route.policy not in broken:
            hint = suggestion(route.policy, known)
            found.append(text.mistake(("route", index, "policy"), f'no policy is named "{route.policy}"{hint}'))
    own = own_addresses(settings)
    for role, addresses in settings.roles.items():
        for address in addresses:
            if address in own:
                said = f"{address} is a route of this desk: its notices would come in as mail"
                found.append(text.mistake(("roles", role), said))
    for policy in policies:
        used = any(route.policy == policy.name for route in settings.route)
        for role in sorted(policy.roles) if used else ():
            if not settings.roles.get(role):
                said = f'{policy.name} tells the role "{role}", and no address stands behind it'
                found.append(text.mistake(("roles",), said))
    return found
