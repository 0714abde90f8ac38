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

/** Gets the records. Every adapter of `@statelyai/inspect` is one. The code that made it starts and stops it. */
export interface InspectionViewer {
  send(record: StatelyInspectionEvent): void;
}

/** The options of an inspection. */
export const inspectionTable = {
  /**
   * Whether to inspect at all. Left out, only in development: `process.env.NODE_ENV !== 'production'`. Set it where
   * there is no `process`, as without a bundler.
   *
   * @example `inspectConnections({ enabled: location.search.includes('inspect') })`
   */
  enabled: optional(flag),
  /**
   * The viewer: Stately's inspector, that of this package, or an adapter of `@statelyai/inspect`. Only an adapter
   * works outside a page.
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
   * The URL of the viewer `'stately'`.
   *
   * @default 'https://stately.ai/inspect'
   * @example `inspectConnections({ url: 'http://localhost:5173/inspector.html' })`
   */
  url: option('https://stately.ai/inspect', text),
  /**
   * The frame for the viewer `'stately'`. Left out, it opens in a window of its own.
   *
   * @example `inspectConnections({ iframe: document.querySelector('iframe') ?? undefined })`
   */
  iframe: optional(rule<HTMLIFrameElement>('an <iframe>', (value) => Object(value).tagName === 'IFRAME')),
  /**
   * Whether to show the data of messages: the last 10 of each record, up to 1 000 characters each. Otherwise messages
   * are only counted.
   *
   * @default false
   * @example `inspectConnections({ payloads: true })`
   */
  payloads: option(false, flag),
  /**
   * The shortest time between two records of messages of a connection, in milliseconds. Messages in between are
   * counted. 0 makes a record of every chunk.
   *
   * @default 1_000
   * @example `inspectConnections({ messagesEvery: 0 })`
   */
  messagesEvery: option(1_000, milliseconds),
  /**
   * Returns the name of a connection for the path of its URL. Return another name where the path itself is secret.
   * Left out, the name is the path.
   *
   * @example `inspectConnections({ name: (path) => path.replace(/\w{20,}/, '…') })`
   */
  name: optional(functionOf<(path: string) => string>()),
};

/** How connections are inspected. */
export interface InspectionOptions extends Given<typeof inspectionTable> {}

/** {@link InspectionOptions} with the defaults filled in. */
export interface InspectionSettings extends Complete<typeof inspectionTable> {}

/** Whether this is a development build. Where there is no `process`, it counts as production. */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    return false;
  }
}

declare const process: { env: { NODE_ENV?: string } };
