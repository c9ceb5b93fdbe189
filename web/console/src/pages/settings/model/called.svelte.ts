import { skills, teams, type Mode, type Source, type Thing } from "../../../api/setup.ts";
import { session } from "../../../stores/session.svelte.ts";

type Option = readonly [string, string];

/** The skills and teams that rules may name. */
class Called {
  skills = $state.raw<readonly Option[]>([]);
  teams = $state.raw<readonly Option[]>([]);
  /** What isn't here then is gone. */
  ready = $state(false);
  #modes = $state.raw<ReadonlyMap<string, Mode>>(new Map());

  async load(): Promise<void> {
    try {
      const [ofSkills, ofTeams] = await Promise.all([read(skills), read(teams)]);
      this.skills = ofSkills.map(option);
      this.teams = ofTeams.map(option);
      this.#modes = new Map(ofTeams.map(({ id, value }) => [id, value.rules.mode]));
      this.ready = true;
    } catch {
      // whoever looks again gets them
    }
  }

  name(id: string): string {
    return [...this.skills, ...this.teams].find(([one]) => one === id)?.[1] ?? id;
  }

  /** It takes from the queue itself. */
  picks(team: string): boolean {
    return this.#modes.get(team) === "pick";
  }
}

async function read<V extends { readonly name: string }>(source: Source<V>): Promise<Thing<V>[]> {
  const all = await source.read(session.business);
  return all.toSorted((one, other) => one.value.name.localeCompare(other.value.name));
}

function option({ id, value }: Thing<{ readonly name: string }>): Option {
  return [id, value.name];
}

export const called = new Called();
