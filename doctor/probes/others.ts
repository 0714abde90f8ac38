import type { StreamRecord } from '../requests/live-stream.ts';
import type { DoctorSettings } from '../settings.ts';
import type { Change, Examination } from './examination.ts';
import { type Probe, skipped } from './probe.ts';

/** The stream without compression. */
export const identity: Probe<'identity'> = {
  sends: 'the stream without compression, if it came compressed',
  requests: 1,
  async run(examination, { stream }) {
    if (!stream?.record.head?.headers['content-encoding']) return skipped('the stream is not compressed');
    const live = examination.open({ headers: { 'accept-encoding': 'identity' } });
    const { patience, publish } = examination.settings;
    await live.until(({ head }) => head !== undefined, patience);
    if (publish) await publish();
    await live.until(({ textAt }) => textAt !== undefined, patience);
    live.close();
    return live.record;
  },
};

export const head: Probe<'head'> = {
  sends: 'the URL of the stream',
  method: 'HEAD',
  requests: 1,
  run: (examination) => answerTo(examination, { method: 'HEAD' }),
};

export const any: Probe<'any'> = {
  sends: 'the stream with "Accept: */*"',
  requests: 1,
  run: (examination) => answerTo(examination, { headers: { accept: '*/*' } }),
};

export const html: Probe<'html'> = {
  sends: 'the stream with "Accept: text/html"',
  requests: 1,
  run: (examination) => answerTo(examination, { headers: { accept: 'text/html' } }),
};

/** The stream for a client that has not signed in. */
export const anonymous: Probe<'anonymous'> = {
  sends: 'the stream without the headers that you gave',
  requests: 1,
  whyNot: (settings) => (secretNames(settings).length === 0 ? 'no credentials were given' : undefined),
  run: (examination) => answerTo(examination, { isBare: true }),
};

/** The preflight that a browser sends before it resumes a stream of another origin. */
export const preflight: Probe<'preflight'> = {
  sends: 'the preflight of a resumption',
  method: 'OPTIONS',
  requests: 1,
  whyNot: ({ origin }) => (origin === undefined ? 'no origin was given' : undefined),
  async run(examination) {
    const { method, headers = {} } = examination.settings;
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    const asked = [...names.filter((name) => !isSafelisted(name)), 'last-event-id'].sort();
    return answerTo(examination, {
      method: 'OPTIONS',
      isBare: true,
      headers: {
        accept: '*/*',
        'access-control-request-method': method.toUpperCase(),
        'access-control-request-headers': asked.join(','),
      },
    });
  },
};

/** The names of headers that are usually credentials. */
function secretNames({ headers = {} }: DoctorSettings): string[] {
  return Object.keys(headers).filter((name) => /auth|cookie|token|key|secret|session|jwt|bearer/i.test(name));
}

/**
 * Whether a page may send a header to another origin without a preflight, or whether the browser sends it by itself.
 */
function isSafelisted(name: string): boolean {
  return /^(accept|accept-language|content-language|cookie|user-agent|origin|host)$/.test(name);
}

async function answerTo(examination: Examination, change: Change): Promise<StreamRecord> {
  const live = examination.open(change);
  await live.until(({ head }) => head !== undefined, examination.settings.patience);
  live.close();
  return live.record;
}
