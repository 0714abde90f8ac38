import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule, TestProject } from 'vitest/node';
import { chromiumVersion, findChromium } from '../../scripts/chromium.mjs';
import { type NotPossible, notPossible } from './browsers/not-possible.ts';

/** The result of the tests on one target: a file of `docs/compatibility/`. */
export interface Compatibility {
  readonly target: string;
  readonly version: string;
  /** Of the run, as in `2026-01-31`. */
  readonly date: string;
  readonly passed: number;
  readonly failed: number;
  readonly notPossible: readonly NotPossible[];
}

/** Writes down the result of the tests in each browser. */
export default class CompatibilityWriter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    for (const project of new Set(modules.map((module) => module.project))) {
      const { target, ...about } = aboutOf(project);
      const tests = modules
        .filter((module) => module.project === project)
        .flatMap((module) => [...module.children.allTests()]);
      const count = (state: string) => tests.filter((test) => test.result().state === state).length;
      const date = new Date().toISOString().slice(0, 10);
      writeCompatibility({ target, ...about, date, passed: count('passed'), failed: count('failed') });
    }
  }
}

export function writeCompatibility({
  target,
  version,
  date,
  passed,
  failed,
  notPossible,
}: Compatibility): void {
  const folder = new URL('../../docs/compatibility/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ target, version, date, passed, failed, notPossible }, null, 2);
  writeFileSync(fileURLToPath(new URL(`${target}.json`, folder)), `${text}\n`);
}

function aboutOf({ name, browser }: TestProject): Pick<Compatibility, 'target' | 'version' | 'notPossible'> {
  const chromium = chromiumVersion(findChromium() ?? '') ?? '';
  if (name.startsWith('browser')) return { target: 'chromium', version: chromium, notPossible: [] };
  const [target = name] = name.split(' ');
  const version = String(Reflect.get(browser?.provider ?? {}, 'version') ?? '');
  return {
    target,
    version,
    notPossible: target === 'firefox' || target === 'webkit' ? notPossible[target] : [],
  };
}
