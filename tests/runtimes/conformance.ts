import type { EventSourceClass } from '../../event-source/index.ts';
import { facts } from '../event-source/facts.ts';
import { answers } from './cases/answers.ts';
import type { Case } from './cases/case.ts';
import { endings } from './cases/endings.ts';
import { parsing } from './cases/parsing.ts';
import { resumption } from './cases/resumption.ts';
import { createScene, type Realm } from './scene.ts';

// All that every runtime must do, in a module that needs no test framework.

export interface Report {
  readonly passed: number;
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
}

export interface Given extends Realm {
  /** Left out where there cannot be one. */
  readonly EventSource?: EventSourceClass | undefined;
  /** The cases not to run, by what they say. */
  readonly without?: readonly string[];
  /** The cases to run. Left out, all of them. */
  readonly only?: readonly string[] | undefined;
}

/** Every case, by its name: those of a connection, and those of the class in place of `EventSource`. */
export const caseNames: readonly string[] = [...cases(), ...classCases()].map(({ says }) => says);

/** Runs all that is possible, one after the other. */
export async function conform({ EventSource, without = [], only, ...realm }: Given): Promise<Report> {
  const all = [...cases(), ...(EventSource ? classCases(EventSource) : [])];
  const failed: { name: string; reason: string }[] = [];
  const run = all.filter(({ says }) => !without.includes(says) && (only?.includes(says) ?? true));
  for (const { says, expected, observe } of run) {
    const { scene, end } = createScene(realm);
    try {
      const seen = await Promise.race([observe(scene), givenUp()]);
      if (!isSame(seen, expected)) {
        failed.push({ name: says, reason: `${JSON.stringify(seen)} is not ${JSON.stringify(expected)}` });
      }
    } catch (error) {
      failed.push({ name: says, reason: String(error) });
    } finally {
      end();
    }
  }
  return { passed: run.length - failed.length, failed };
}

function cases(): readonly Case[] {
  return [...parsing, ...answers, ...resumption, ...endings];
}

/** Outside of pages and their workers a class has no address, no cookies and no CORS of its own. */
function classCases(Source?: EventSourceClass): readonly Case[] {
  return facts
    .filter(({ where }) => where?.includes('node') ?? true)
    .map(({ file, says, expected, observe }) => ({
      says: `EventSource, ${file}: ${says}`,
      expected,
      observe: ({ origin }) => Source && observe({ place: 'node', origin, Source }),
    }));
}

/** A case that waits in vain must not hold up the others. */
function givenUp(): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error('Given up after a minute.')), 60_000);
    Object(timer).unref?.();
  });
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => isSame(value, b[index]));
  }
  if (Object(a) === a && Object(b) === b) {
    return isSame(Object.entries(Object(a)).sort(), Object.entries(Object(b)).sort());
  }
  return Object.is(a, b);
}
