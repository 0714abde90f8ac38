import type { TestProject } from 'vitest/node';
import { startControl } from './sse-control.ts';

/** Runs beside the tests that live in a browser, and tells them where to ask for an event-stream server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const control = await startControl();
  project.provide('control', control.url);
  return async () => {
    await control[Symbol.asyncDispose]();
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a page asks for an event-stream server of its own. */
    control: string;
  }
}
