import type { Report } from '../conformance.ts';

/** Something that a target cannot do, by the case that shows it. */
export interface NotPossible {
  readonly name: string;
  /** Whose doing it is, and the way around it. */
  readonly reason: string;
  readonly link?: string;
}

/** An app that has the package as npm would publish it, and a server to connect to. */
export interface App {
  /** With `conformance.mjs` and `conformance.cjs`. */
  readonly folder: string;
  readonly origin: string;
  /** The cases to run. Left out, all of them. */
  readonly only?: readonly string[];
}

/** A runtime, and how the cases are run in it. */
export interface Target {
  /** Of its file in `docs/compatibility`. */
  readonly id: string;
  readonly name: string;
  /** Whether `npm test` runs it too, and not `npm run test:runtimes` alone. */
  readonly isQuick?: boolean;
  readonly notPossible?: readonly NotPossible[];
  /**
   * Runs the cases once for each way into the package, or for the first one alone.
   *
   * @throws Error when the runtime cannot be had here.
   */
  run(
    app: App,
    isShort?: boolean,
  ): Promise<{ readonly version: string; readonly reports: readonly Report[] }>;
}

/** For `conform`, as JSON. */
export function givenFor(
  { origin, only }: App,
  notPossible: readonly NotPossible[] = [],
  mostStreams = 50,
): string {
  return JSON.stringify({ origin, only, mostStreams, without: notPossible.map(({ name }) => name) });
}

/** Runs every case in a program, and prints the report; `given` and `version` are expressions. */
export const runAndTell = (given: string, version: string) => `
  conform({ core, EventSource, ask: fetch, ...${given} }).then((report) => {
    console.log('REPORT' + JSON.stringify({ report, version: ${version} }));
    process.exit(0);
  });
`;
