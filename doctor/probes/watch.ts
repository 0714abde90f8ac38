import { isSafe } from '../../transports/transport.ts';
import type { LiveStream, StreamRecord } from '../requests/live-stream.ts';
import type { Examination } from './examination.ts';
import { isStream, type Probe, type Watched } from './probe.ts';

/** The stream, as a client that stays sees it. */
export const stream: Probe<'stream'> = {
  sends: 'the stream, and watches it',
  requests: 6,
  async run(examination) {
    const { settings } = examination;
    const redirects: { status: number; to: URL | undefined }[] = [];
    const { origin } = examination.url;
    let live = examination.open();
    await live.until(({ head }) => head !== undefined, settings.patience);
    while (redirects.length < mostRedirects) {
      const { head } = live.record;
      const location = head?.headers['location'];
      if (!head || ![301, 302, 303, 307, 308].includes(head.status) || location === undefined) break;
      const to = URL.parse(location, examination.url) ?? undefined;
      redirects.push({ status: head.status, to });
      if (
        !to ||
        !/^https?:$/.test(to.protocol) ||
        !isFollowed(settings.method, head.status, to, examination.url)
      )
        break;
      live.close();
      examination.url = to;
      live = examination.open();
      await live.until((record) => record.head !== undefined, settings.patience);
    }
    const published = isStream(live.record) ? await publishSome(examination, live) : [];
    if (live.record.head) await watch(live, settings.watch);
    live.close();
    const isElsewhere = examination.url.origin !== origin;
    return { record: live.record, redirects, isElsewhere, published } satisfies Watched;
  },
};

const mostRedirects = 5;

/** A redirect that changes the method leads to another request, and a body is not sent to another origin. */
function isFollowed(method: string, status: number, to: URL, from: URL): boolean {
  return isSafe(method) || (status >= 307 && to.origin === from.origin);
}

async function publishSome({ settings }: Examination, live: LiveStream): Promise<(number | undefined)[]> {
  const { publish } = settings;
  const delays: (number | undefined)[] = [];
  // A server may drop events for a client that has just come, until it has subscribed.
  if (publish) await live.until(() => false, 250);
  for (let count = 0; publish && count < 4; count += 1) {
    const { length } = live.record.events;
    const since = live.record.lasted;
    await publish();
    await live.until(({ events }) => events.length > length, settings.patience / 3);
    delays.push(live.record.events.length > length ? live.record.lasted - since : undefined);
    if (delays.at(-1) === undefined && count > 0) break;
  }
  return delays;
}

/** Watches until the time runs out, or until more would tell nothing new. */
async function watch(live: LiveStream, ms: number): Promise<void> {
  const { record } = live;
  if (!isStream(record)) {
    await live.until(() => false, Math.min(ms, 500)); // long enough to see whether the answer has a body
    return;
  }
  const least = Math.min(ms, 5_000);
  await live.until(() => false, least);
  await live.until(() => isEnough(record, least), ms - least);
}

/** Whether enough was seen: keep-alives, or events so often that none are needed, and events for a replay. */
function isEnough({ events, comments, lasted }: StreamRecord, least: number): boolean {
  const later = (at: number) => at > Math.min(1_000, least / 5);
  const isBusy = events.filter(({ at }) => later(at)).length >= 5;
  const hasIds = events.filter(({ id }) => id).length >= 2;
  return isBusy || (comments.some(later) && (hasIds || lasted > 20_000));
}
