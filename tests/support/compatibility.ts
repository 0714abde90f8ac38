import type { Reporter, TestModule, TestProject } from 'vitest/node';
import { chromiumVersion, findChromium } from '../../scripts/chromium.mjs';
import { writeResult } from '../compatibility/results.ts';
import { notPossible } from './browsers/not-possible.ts';

/** Writes down the result of the tests in each browser. */
export default class CompatibilityWriter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    for (const project of new Set(modules.map((module) => module.project))) {
      const { id, ...about } = aboutOf(project);
      const tests = modules
        .filter((module) => module.project === project)
        .flatMap((module) => [...module.children.allTests()]);
      const count = (state: string) => tests.filter((test) => test.result().state === state).length;
      writeResult(id, { ...about, passed: count('passed'), failed: count('failed') });
    }
  }
}

const engines = {
  chromium: 'Chromium',
  firefox: 'Firefox',
  webkit: 'WebKit (WebKitGTK)',
};

function aboutOf({ name, browser }: TestProject) {
  const id = /^(firefox|webkit)/.exec(name)?.[1];
  if (id !== 'firefox' && id !== 'webkit') {
    const version = chromiumVersion(findChromium() ?? '') ?? '';
    return { id: 'chromium', target: engines.chromium, version, notPossible: [] };
  }
  const version = String(Reflect.get(browser?.provider ?? {}, 'version') ?? '');
  return { id, target: engines[id], version, notPossible: notPossible[id] };
}
