import type { TestProject } from 'vitest/node';
import { startOrigin } from '../../event-source/origin.ts';
import { startScriptedControl } from './scripted-control.ts';
import { startControl } from './sse-control.ts';

/** Runs beside the tests that live in a browser, and tells them where to ask for an event-stream server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const control = await startControl();
  const scripted = await startScriptedControl();
  const origin = await startOrigin();
  project.provide('origin', origin.url);
  project.provide('control', control.url);
  project.provide('scripted', scripted.url);
  return async () => {
    await control[Symbol.asyncDispose]();
    await origin[Symbol.asyncDispose]();
    await scripted[Symbol.asyncDispose]();
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a page asks for an event-stream server of its own. */
    control: string;
    /** The origin whose answers are in its URLs: see `tests/event-source/origin.ts`. */
    origin: string;
    /** Where a page asks for a scripted server of its own. */
    scripted: string;
  }
}
