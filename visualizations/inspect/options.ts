import type { StatelyInspectionEvent } from '@statelyai/inspect';
import {
  type Complete,
  flag,
  functionOf,
  type Given,
  isFunction,
  milliseconds,
  option,
  optional,
  rule,
  text,
} from '../../machines/option-table.ts';

/** Takes records: every adapter of `@statelyai/inspect` is one. Whoever made it starts and stops it. */
export interface InspectionViewer {
  send(record: StatelyInspectionEvent): void;
}

/** The options of an inspection. */
export const inspectionTable = {
  /**
   * Whether to inspect at all. Left out: in development, `process.env.NODE_ENV !== 'production'`. Where there is no
   * such thing, as without a bundler, it has to be said.
   *
   * @example `inspectConnections({ enabled: location.search.includes('inspect') })`
   */
  enabled: optional(flag),
  /**
   * Who shows what happens: Stately's inspector, the viewer of this package, or an adapter of `@statelyai/inspect`,
   * the only one that works outside a page.
   *
   * @default 'stately'
   * @example `inspectConnections({ viewer: createWebSocketInspector({ url: 'ws://localhost:8080' }).adapter })`
   */
  viewer: option(
    'stately',
    rule<'stately' | 'local' | InspectionViewer>(
      "'stately' | 'local' | an adapter with `send`",
      (value) => value === 'stately' || value === 'local' || isFunction(Object(value).send),
    ),
  ),
  /**
   * Where the viewer `'stately'` is.
   *
   * @default 'https://stately.ai/inspect'
   * @example `inspectConnections({ url: 'http://localhost:5173/inspector.html' })`
   */
  url: option('https://stately.ai/inspect', text),
  /**
   * The frame for the viewer `'stately'`. Left out, a window of its own.
   *
   * @example `inspectConnections({ iframe: document.querySelector('iframe') ?? undefined })`
   */
  iframe: optional(rule<HTMLIFrameElement>('an <iframe>', (value) => Object(value).tagName === 'IFRAME')),
  /**
   * Shows what messages say: the last 10 of those that a record stands for, up to 1 000 characters of each. Else they
   * are only counted.
   *
   * @default false
   * @example `inspectConnections({ payloads: true })`
   */
  payloads: option(false, flag),
  /**
   * How often the messages of a connection are told of at most, in milliseconds: what arrives meanwhile is counted.
   * 0 tells of every chunk that is read.
   *
   * @default 1_000
   * @example `inspectConnections({ messagesEvery: 0 })`
   */
  messagesEvery: option(1_000, milliseconds),
  /**
   * Names a connection. It is given the path of the URL, or what stands for it: give another name where the path
   * itself is a secret. Left out, the path.
   *
   * @example `inspectConnections({ name: (path) => path.replace(/\w{20,}/, '…') })`
   */
  name: optional(functionOf<(path: string) => string>()),
};

/** How connections are inspected. */
export interface InspectionOptions extends Given<typeof inspectionTable> {}

/** The same with the defaults filled in. */
export interface InspectionSettings extends Complete<typeof inspectionTable> {}

/** Whether this is not a build for production. Where there is no `process` nobody can tell, and it counts as one. */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    return false;
  }
}

declare const process: { env: { NODE_ENV?: string } };
