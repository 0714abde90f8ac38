/** A behaviour of the product that is broken on purpose, to see whether the tests notice. */
export interface Breakage {
  readonly name: string;
  /** The module, without its extension. */
  readonly file: string;
  /** The text that stands there once, in the source and in what is built of it. */
  readonly from: string;
  readonly to: string;
  /** The case of `tests/runtimes` that has to notice. */
  readonly notices: string;
}

export const breakages: readonly Breakage[] = [
  {
    name: 'Last-Event-ID is not sent',
    file: 'transports/fetch',
    from: 'headers.set(lastEventIdHeader, throughHeader(lastEventId, utf8Bytes));',
    to: ';',
    notices: 'after an end, the server is told the last ID',
  },
  {
    name: 'a 401 is retried',
    file: 'machines/policy',
    from: "unauthorized: 'refresh',",
    to: "unauthorized: 'retry',",
    notices: 'a 401 is final',
  },
  {
    name: '`close()` aborts nothing',
    file: 'transports/stream/run-stream',
    from: 'own.abort();',
    to: ';',
    notices: '`close()` closes the socket of an open stream',
  },
  {
    name: 'CR and LF in two chunks are two ends',
    file: 'transports/stream/parse-stream',
    from: 'parser.feed(text.slice(rest));',
    to: "parser.feed(text.slice(rest).replace(/\\r$/, '\\n'));",
    notices: 'a CR LF that comes in two packets is one end',
  },
  {
    name: '`idleTimeout` is ignored',
    file: 'transports/stream/liveness',
    from: 'return idleTimeout || Infinity;',
    to: 'return Infinity;',
    notices: 'a stream that falls silent is given up after `idleTimeout`, and asked for again',
  },
];
