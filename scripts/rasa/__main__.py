"""``python -m scripts.rasa build | train | check | serve [PROJECT]``; the project is the example business by default."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.rasa.building import CannotBuild, ensure, home
from scripts.rasa.serving import CannotServe, RasaServer
from scripts.rasa.training import CONFIG, CannotTrain, data_of, domain_of, run, trained

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "lantern"


def say(line: str) -> None:
    print(line, flush=True)


def check(project: Path) -> None:
    """Rasa's own judgement of the project's files: its warnings, each once."""
    command = [
        str(ensure(say)), "-m", "rasa", "data", "validate", "--data", *data_of(project), "--domain", domain_of(project),
        "--config", CONFIG,
    ]  # fmt: skip
    told: set[str] = set()
    for line in run(command, project, on=lambda line: None):
        _, warns, text = line.partition("UserWarning: ")
        if warns and text not in told:
            told.add(text)
            say(f"  {text}")
    say(f"{project.name} is valid, with {len(told)} warnings." if told else f"{project.name} is valid.")


def serve(project: Path, *, port: int, token: str, actions: str) -> None:
    server = RasaServer(project, token=token, port=port, actions=actions, say=say)
    with server:
        say(f"\nRasa answers for {project.name} at {server.url}. In switchboard.toml:\n")
        say(f'[rasa.{project.name}]\nurls = ["{server.url}"]\ntoken = "{server.token}"\n')
        say(f"Its log: {server.log}. Ctrl+C ends it.")
        server.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.rasa", description=__doc__)
    parser.add_argument("what", choices=("build", "train", "check", "serve", "where"))
    parser.add_argument("project", nargs="?", type=Path, default=EXAMPLE)
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--token", default="")
    parser.add_argument("--actions", default="", help="the action server, http://127.0.0.1:5055/webhook")
    given = parser.parse_args()
    project = given.project.resolve()
    try:
        match given.what:
            case "build":
                ensure(say)
            case "train":
                say(str(trained(project, say)))
            case "check":
                check(project)
            case "serve":
                serve(project, port=given.port, token=given.token, actions=given.actions)
            case _:
                say(str(home()))
    except (CannotBuild, CannotTrain, CannotServe) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
