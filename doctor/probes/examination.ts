import { acceptedEncodings } from '../requests/decode.ts';
import { type LiveStream, openStream } from '../requests/live-stream.ts';
import type { DoctorSettings } from '../settings.ts';

/** The differences of a request from that of the stream. */
export interface Change {
  readonly url?: URL | undefined;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Leaves out the headers that were given. */
  readonly isBare?: boolean | undefined;
}

/** The context that probes share: the server, the settings, and the time that is left. */
export interface Examination {
  readonly settings: DoctorSettings;
  /** The URL of the stream; after redirects, the one that they led to. */
  url: URL;
  readonly requests: number;
  /** Whether the time has run out. */
  readonly isOver: boolean;
  open(change?: Change): LiveStream;
  /** Waits for `ms` milliseconds, or until the time runs out. */
  pause(ms: number): Promise<void>;
  /** Closes all streams. */
  end(): void;
}

/** The headers of a client, which given ones replace. */
const ownHeaders = {
  accept: 'text/event-stream',
  'accept-encoding': acceptedEncodings,
  'cache-control': 'no-cache',
  'user-agent': 'sse-machine doctor',
};

export function startExamination(target: URL, settings: DoctorSettings): Examination {
  const given = Object.entries(settings.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const origin = settings.origin === undefined ? {} : { origin: settings.origin };
  const streams = new Set<LiveStream>();
  let requests = 0;
  let isOver = false;
  let wake = () => {};
  const timer = setTimeout(end, settings.timeout);

  function end(): void {
    clearTimeout(timer);
    isOver = true;
    for (const stream of streams) stream.close();
    wake();
  }

  const examination: Examination = {
    settings,
    url: target,
    get requests() {
      return requests;
    },
    get isOver() {
      return isOver;
    },
    open({ url = examination.url, method = settings.method, headers = {}, isBare = false } = {}) {
      requests += 1;
      // Given headers are not sent to another origin.
      const isElsewhere = url.origin !== target.origin;
      const hasBody = method === settings.method && settings.body !== undefined;
      const stream = openStream({
        url,
        method,
        headers: {
          ...ownHeaders,
          ...origin,
          ...(isBare || isElsewhere ? {} : Object.fromEntries(given)),
          ...headers,
        },
        body: hasBody ? settings.body : undefined,
        insecure: settings.insecure,
      });
      streams.add(stream);
      if (isOver) stream.close();
      return stream;
    },
    pause(ms) {
      if (isOver) return Promise.resolve();
      return new Promise((resolve) => {
        const pause = setTimeout(wakeUp, ms);
        function wakeUp(): void {
          clearTimeout(pause);
          resolve();
        }
        wake = wakeUp;
      });
    },
    end,
  };
  return examination;
}
