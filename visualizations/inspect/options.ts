import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { callback, flag, milliseconds, type Rules, text } from '../../machines/rules.ts';

/** Takes records: every adapter of `@statelyai/inspect` is one. Whoever made it starts and stops it. */
export interface InspectionViewer {
  send(record: StatelyInspectionEvent): void;
}

/** How connections are inspected. */
export interface InspectionOptions {
  /**
   * Whether to inspect at all. Where there is no `process.env.NODE_ENV`, as without a bundler, it has to be said.
   *
   * @default process.env.NODE_ENV !== 'production'
   */
  readonly enabled?: boolean | undefined;
  /**
   * Who shows what happens: Stately's inspector, the viewer of this package, or an adapter of `@statelyai/inspect`,
   * the only one that works outside a page.
   *
   * @default 'stately'
   * @example `createWebSocketInspector({ url: 'ws://localhost:8080' }).adapter`
   */
  readonly viewer?: 'stately' | 'local' | InspectionViewer | undefined;
  /** Where the viewer `'stately'` is. @default 'https://stately.ai/inspect' */
  readonly url?: string | undefined;
  /** The frame for the viewer `'stately'`. @default a window of its own */
  readonly iframe?: HTMLIFrameElement | undefined;
  /**
   * Shows what messages say: the last 10 of those that a record stands for, up to 1 000 characters of each. Else they
   * are only counted.
   *
   * @default false
   */
  readonly payloads?: boolean | undefined;
  /**
   * How often the messages of a connection are told of at most, in milliseconds: what arrives meanwhile is counted.
   * 0 tells of every chunk that is read.
   *
   * @default 1_000
   */
  readonly messagesEvery?: number | undefined;
  /**
   * Names a connection. It is given the path of the URL, or what stands for it: give another name where the path
   * itself is a secret.
   *
   * @default the path
   */
  readonly name?: ((path: string) => string) | undefined;
}

/** The rule for each option. */
export const inspectionRules: Rules<InspectionOptions> = {
  enabled: flag,
  viewer: {
    allowed: "'stately' | 'local' | an adapter with `send`",
    test: (value) => value === 'stately' || value === 'local' || callback.test(Object(value).send),
  },
  url: text,
  iframe: { allowed: 'an <iframe>', test: (value) => Object(value).tagName === 'IFRAME' },
  payloads: flag,
  messagesEvery: milliseconds,
  name: callback,
};

/** Whether this is not a build for production. Where there is no `process` nobody can tell, and it counts as one. */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    return false;
  }
}

declare const process: { env: { NODE_ENV?: string } };
