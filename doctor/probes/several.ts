import type { LiveStream } from '../requests/live-stream.ts';
import type { Examination } from './examination.ts';
import { isStream, type Probe, skipped } from './probe.ts';

/** Two streams at the same time. */
export const second: Probe<'second'> = {
  sends: 'two streams at the same time',
  requests: 2,
  async run(examination) {
    const first = await opened(examination);
    const other = await opened(examination);
    const wasOpen = first.record.ending === undefined;
    await first.until(() => false, 1_000);
    const hasEnded = wasOpen && first.record.ending !== undefined;
    first.close();
    other.close();
    return { first: first.record, second: other.record, hasEnded };
  },
};

/** As many streams as a browser opens connections, then one more after all were cut. */
export const crowd: Probe<'crowd'> = {
  sends: 'six streams at the same time, cuts them, and opens another',
  requests: 7,
  async run(examination) {
    const streams = Array.from({ length: 6 }, () => examination.open());
    const { patience } = examination.settings;
    await Promise.all(streams.map((live) => live.until(({ head }) => head !== undefined, patience)));
    for (const live of streams) live.close();
    if (!streams.some(({ record }) => isStream(record))) return skipped('none of six streams was accepted');
    await examination.pause(1_000);
    const after = await opened(examination);
    after.close();
    return { streams: streams.map(({ record }) => record), after: after.record };
  },
};

async function opened(examination: Examination): Promise<LiveStream> {
  const live = examination.open();
  await live.until(({ head }) => head !== undefined, examination.settings.patience);
  return live;
}
