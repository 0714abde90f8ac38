import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../docs/compatibility');

/** The outcome of a run in one browser, in one runtime or beside one version: a file of `docs/compatibility`. */
export interface Result {
  readonly target: string;
  readonly version: string;
  /** Of the run, such as `2026-11-26`. */
  readonly date: string;
  readonly passed: number;
  readonly failed: number;
  readonly notPossible: readonly {
    readonly name: string;
    /** Whose doing it is, and our way around it. */
    readonly reason: string;
    readonly link?: string;
  }[];
}

/** @param id Of the file. */
export function writeResult(id: string, result: Omit<Result, 'date'>): void {
  const { target, version, ...counts } = result;
  const date = new Date().toISOString().slice(0, 10);
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ target, version, date, ...counts }, null, 2);
  writeFileSync(join(folder, `${id}.json`), `${text}\n`);
}

/** All results, in the order of their targets. */
export function readResults(): Result[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name): Result => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .sort((a, b) => (a.target < b.target ? -1 : 1));
}
