import {
  type Complete,
  flag,
  functionOf,
  milliseconds,
  option,
  optional,
  rule,
  text,
} from '../machines/option-table.ts';

const methodRule = rule<string>(
  'an HTTP method',
  (value) => typeof value === 'string' && /^[A-Za-z]+$/.test(value) && !/^(connect|trace|head)$/i.test(value),
);

const headersRule = rule<Readonly<Record<string, string>>>(
  'an object of header names and values, without line breaks',
  (value) =>
    Object(value) === value &&
    Object.entries(Object(value)).every(
      ([name, one]) =>
        /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
        typeof one === 'string' &&
        /^[\t\x20-\x7e\x80-\xff]*$/.test(one),
    ),
);

const originRule = rule<string>('an origin such as https://app.example.com', (value) => {
  if (typeof value !== 'string') return false;
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && value === url.origin;
});

/** The options of an examination, without the choice of checks. */
export const settingTable = {
  /**
   * The method of the request. With an unsafe one (POST, PUT, PATCH, DELETE) the request is sent once, and checks
   * that need several requests are skipped.
   *
   * @default 'GET'
   * @example `method: 'POST', body: '{"question":"Why?"}'`
   */
  method: option('GET', methodRule),
  /**
   * Headers to send, such as credentials. No report holds their values.
   *
   * @example `headers: { authorization: 'Bearer ' + token }`
   */
  headers: optional(headersRule),
  /**
   * The body to send.
   *
   * @example `method: 'POST', body: '{"question":"Why?"}'`
   */
  body: optional(text),
  /**
   * The origin of the page that reads the stream. With it, CORS is checked too.
   *
   * @example `origin: 'https://app.example.com'`
   */
  origin: optional(originRule),
  /**
   * The query parameter from which the server takes the last event ID, in addition to the header.
   *
   * @example `lastEventIdParam: 'lastEventId'`
   */
  lastEventIdParam: optional(text),
  /**
   * Makes the server send one event to all streams, and resolves when it has. Then the checks do not depend on the
   * events that the server happens to send. It is called dozens of times, one call after the other.
   *
   * @example `publish: () => orders.emit('order', { id: 1 })`
   */
  publish: optional(functionOf<() => unknown>()),
  /**
   * How long the stream is watched, in milliseconds; best long enough for two keep-alives.
   *
   * @default 35_000
   * @example `watch: 90_000` for nginx, which cuts after 60 seconds
   */
  watch: option(35_000, milliseconds),
  /**
   * How long an answer may take, in milliseconds. Its content, such as a replay, may then take a third of that.
   *
   * @default 10_000
   * @example `patience: 20_000`
   */
  patience: option(10_000, milliseconds),
  /**
   * The longest silence that is not reported, in milliseconds. Proxies cut streams that are silent for 30 to 100
   * seconds.
   *
   * @default 30_000
   * @example `maxSilence: 60_000`
   */
  maxSilence: option(30_000, milliseconds),
  /**
   * How long the whole examination may take, in milliseconds. Checks that have no time left are skipped.
   *
   * @default 120_000
   * @example `timeout: 300_000`
   */
  timeout: option(120_000, milliseconds),
  /**
   * Whether to accept a certificate that is not trusted, as in development.
   *
   * @default false
   * @example `insecure: true`
   */
  insecure: option(false, flag),
};

/** The part of the options that probes and checks know. */
export type DoctorSettings = Complete<typeof settingTable>;
