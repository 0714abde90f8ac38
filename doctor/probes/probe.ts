import type { Head } from '../requests/exchange.ts';
import type { SeenEvent, StreamRecord } from '../requests/live-stream.ts';
import type { DoctorSettings } from '../settings.ts';
import type { Examination } from './examination.ts';

/** The stream that was watched. */
export interface Watched {
  readonly record: StreamRecord;
  /** The redirects, and whether the last one led to another origin. */
  readonly redirects: readonly { readonly status: number; readonly to: URL | undefined }[];
  readonly isElsewhere: boolean;
  /** For each published event, how long it took, in milliseconds; undefined when it did not come. */
  readonly published: readonly (number | undefined)[];
}

/** The result of a resumption after a last event ID that the stream had. */
export interface Resumed {
  readonly cursor: string;
  /** The events that came after it on the stream, in order. */
  readonly expected: readonly SeenEvent[];
  /** The events before it, and the one with that ID. */
  readonly before: readonly SeenEvent[];
  readonly record: StreamRecord;
  /** How many events came only when another one followed; 0 without `publish`. */
  readonly late: number;
  /** The same request once more, a little later. */
  readonly later: StreamRecord | undefined;
}

/** The results of the probes, by their names. */
export interface Observed {
  readonly stream: Watched;
  readonly identity: StreamRecord;
  readonly resumed: Resumed;
  readonly param: Resumed;
  readonly both: StreamRecord;
  readonly unknown: { readonly record: StreamRecord; readonly hasMissed: boolean };
  readonly again: StreamRecord;
  readonly second: {
    readonly first: StreamRecord;
    readonly second: StreamRecord;
    /** Whether the first one ended when the second came. */
    readonly hasEnded: boolean;
  };
  readonly crowd: { readonly streams: readonly StreamRecord[]; readonly after: StreamRecord };
  readonly head: StreamRecord;
  readonly any: StreamRecord;
  readonly html: StreamRecord;
  readonly anonymous: StreamRecord;
  readonly preflight: StreamRecord;
}

export type ProbeId = keyof Observed;

/** The reason why something was not checked. */
export interface Skipped {
  readonly skipped: string;
}

/** Some requests, sent for their answers. */
export interface Probe<Id extends ProbeId> {
  /** A description that follows after the method. */
  readonly sends: string;
  /** The method, if it is not that of the stream. */
  readonly method?: string;
  /** How many requests at most. */
  readonly requests: number;
  /** The reason why it is not sent with these settings, if so. */
  whyNot?(settings: DoctorSettings): string | undefined;
  run(examination: Examination, seen: Partial<Observed>): Promise<Observed[Id] | Skipped>;
}

export function skipped(because: string): Skipped {
  return { skipped: because };
}

export function isSkipped(result: object): result is Skipped {
  return 'skipped' in result;
}

/** The MIME type, without parameters. */
export function typeOf(head: Head | undefined): string {
  return (head?.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Whether an answer is an event stream. */
export function isStream({ head }: StreamRecord): boolean {
  return (
    head !== undefined && head.status >= 200 && head.status < 203 && typeOf(head) === 'text/event-stream'
  );
}

/** Every answer among the results of probes. */
export function recordsOf(seen: unknown): StreamRecord[] {
  if (Object(seen) !== seen) return [];
  return isRecord(seen) ? [seen] : Object.values(Object(seen)).flatMap(recordsOf);
}

function isRecord(value: unknown): value is StreamRecord {
  return 'startedAt' in Object(value) && 'script' in Object(value);
}
