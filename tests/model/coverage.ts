import {
  allGuards,
  allStates,
  allTransitions,
  stateName,
  transitionName,
} from '../../testing/paths/transitions.ts';
import type { Route } from './routes.ts';

/** Transitions and answers of guards that cannot be reached on a target, by the reason. */
export type OutOfReach = Readonly<Record<string, readonly string[]>>;

/** The coverage by the routes of a target, as the report shows it. */
export interface CoverageReport {
  readonly target: string;
  readonly paths: number;
  readonly steps: number;
  readonly states: Count;
  readonly transitions: Count;
  /** Each guard has two answers. */
  readonly guards: Count;
  /** The names that are missing though they can be reached, or were reached although they cannot be. */
  readonly complaints: readonly string[];
  readonly outOfReach: OutOfReach;
}

export interface Count {
  readonly seen: number;
  readonly all: number;
}

/** Counts what was walked through, of all that the statechart has. */
export class Coverage {
  #states = new Set<string>();
  #transitions = new Set<string>();
  #guards = new Set<string>();
  #paths = 0;
  #steps = 0;

  /** The route was walked, and all was as it must be; `immediate` when its start was the statechart's own doing. */
  add({ start, moves }: Route, immediate: boolean): void {
    this.#paths += 1;
    this.#steps += moves.length;
    this.#states.add(stateName(start.snapshot.value));
    for (const { snapshot, choices } of [...(immediate ? [start] : []), ...moves.map(({ model }) => model)]) {
      this.#states.add(stateName(snapshot.value));
      for (const { taken, guards } of choices) {
        if (taken) this.#transitions.add(transitionName(taken));
        for (const [name, answer] of guards) this.#guards.add(`${name} says ${answer ? 'yes' : 'no'}`);
      }
    }
  }

  /** @param outOfReach By the reason. */
  report(target: string, outOfReach: OutOfReach = {}): CoverageReport {
    const excused = new Set(Object.values(outOfReach).flat());
    const complaints: string[] = [];
    const count = (all: readonly string[], seen: ReadonlySet<string>): Count => {
      const missing = all.filter((one) => !seen.has(one) && !excused.has(one));
      complaints.push(...missing.map((one) => `never: ${one}`));
      complaints.push(
        ...all.filter((one) => seen.has(one) && excused.has(one)).map((one) => `within reach: ${one}`),
      );
      return {
        seen: all.filter((one) => seen.has(one)).length,
        all: all.filter((one) => !excused.has(one)).length,
      };
    };
    const states = count(allStates(), this.#states);
    const transitions = count(allTransitions(), this.#transitions);
    const answers = allGuards().flatMap((name) => [`${name} says yes`, `${name} says no`]);
    const guards = count(answers, this.#guards);
    const known = new Set([...allTransitions(), ...answers]);
    complaints.push(...[...excused].filter((one) => !known.has(one)).map((one) => `there is no: ${one}`));
    return {
      target,
      paths: this.#paths,
      steps: this.#steps,
      states,
      transitions,
      guards,
      complaints,
      outOfReach,
    };
  }
}
