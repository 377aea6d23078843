"""setup/lint"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import arrows, linted, modules
from .common import ROOT, say, step

#: Parses each file that it is given, as a module, and runs none; of one that is wrong
#: Node says where.
PARSE = """
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import vm from "node:vm";
for (const file of process.argv.slice(1)) {
    const input = fs.readFileSync(file, "utf8");
    try {
        new vm.SourceTextModule(input);
    } catch {
        const stdio = ["pipe", "inherit", "inherit"];
        spawnSync(process.execPath, ["--input-type=module", "--check", "-"], {
            input, stdio,
        });
        console.log(`${file}: correct the syntax`);
        process.exitCode = 1;
    }
}
"""


def run(parser, arguments):
    parser.add_argument(
        "--fix", action="store_true", help="format the code and repair what is simple"
    )
    parser.add_argument(
        "--house",
        action="store_true",
        help="print which module leans on which, and read names and sizes of files",
    )
    parser.add_argument("modules", nargs="*", help="read these modules only")
    options = parser.parse_args(arguments)
    if options.house:
        from . import house

        arrows.show()
        found = [*arrows.backwards(), *house.names(), *house.sizes()]
        found += [*house.mechanisms(), *house.scheduled()]
        return 1 if _say(found) else 0
    found = modules.find()
    unknown = set(options.modules) - set(found)
    if unknown:
        parser.error(f"there is no module {', '.join(sorted(unknown))}")
    chosen = [found[name] for name in options.modules or found]
    paths = [str(path.relative_to(ROOT)) for path in chosen]
    everything = not options.modules
    targets = ["."] if everything else paths
    if options.fix:
        _tool("ruff", "check", "--fix", "--quiet", "--exit-zero", *targets)
        _tool("ruff", "format", "--quiet", *targets)
    failed = []
    for name, check in (
        ("ruff", lambda: _tool("ruff", "check", "--output-format=concise", *targets)),
        (
            "ruff format",
            lambda: _tool(
                "ruff", "format", "--check", "--output-format=concise", *targets
            ),
        ),
        ("pylint-odoo", lambda: linted.check(chosen)),
        ("house rules", lambda: _house(chosen, everything)),
        ("licences", lambda: _licences(paths)),
        ("JavaScript", lambda: _javascript(chosen)),
    ):
        step(name)
        if not check():
            failed.append(name)
    if failed:
        say(f"Failed: {', '.join(failed)}. `setup/lint --fix` repairs what is simple.")
        return 1
    say("All checks passed.")
    return 0


def _tool(*command, env=None):
    folder = Path(sys.executable).parent
    environ = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", **(env or {})}
    command = [str(folder / command[0]), *command[1:]]
    return not subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def _house(chosen, everything):
    from . import docs, house

    if everything:
        arrows.show()
    found = [*house.check(), *arrows.backwards(), *docs.check()]
    return not _say(
        place
        for place in found
        if everything or any(place[0].is_relative_to(folder) for folder in chosen)
    )


def _say(found):
    """Print (file, line, advice) and return how many there were."""
    count = 0
    for path, line, advice in found:
        say(f"{path.relative_to(ROOT)}:{line}: {advice}")
        count += 1
    return count


def _licences(paths):
    """No module may need one whose licence does not allow ours."""
    if not paths:
        return True
    import odoo.addons

    places = {str((ROOT / path).parent) for path in paths}
    places |= {str(place) for place in odoo.addons.__path__}
    names = ",".join(Path(path).name for path in paths)
    return _tool(
        "manifestoo",
        f"--select-include={names}",
        f"--addons-path={','.join(sorted(places))}",
        "--no-addons-path-from-import-odoo",
        "check-licenses",
    )


def _javascript(chosen):
    """Modules of Odoo are parsed as what they are: ES modules."""
    node = shutil.which("node")
    scripts = [path for folder in chosen for path in folder.rglob("static/**/*.js")]
    if not scripts:
        return True
    if not node:
        say("node is not here; the scripts were not parsed.")
        return True
    options = ["--experimental-vm-modules", "--no-warnings", "--input-type=module"]
    paths = [str(script.relative_to(ROOT)) for script in scripts]
    command = [node, *options, "--eval", PARSE, *paths]
    clean = not subprocess.run(command, cwd=ROOT, check=False).returncode
    for command in (["prettier", "--check"], ["eslint"]):
        if shutil.which(command[0]):
            done = subprocess.run([*command, *paths], cwd=ROOT, check=False)
            clean = clean and not done.returncode
        else:
            say(f"{command[0]} is not here; how scripts look was not checked.")
    return clean
