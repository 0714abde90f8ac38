import { createParser } from 'eventsource-parser';
import { createDecoder, type Decoder } from './decode.ts';
import { type Ending, type Head, openExchange, type WireRequest } from './exchange.ts';
import { startOwnTime } from './own-time.ts';
import { createScanner, type Script } from './scan.ts';

/**
 * An event that came. All times are in milliseconds since the request was sent, without those in
 * which this process was held up.
 */
export interface SeenEvent {
  readonly at: number;
  readonly event: string;
  readonly data: string;
  /** The ID of the block itself; undefined when it has none. */
  readonly id: string | undefined;
}

/** Text that came at once. */
export interface Chunk {
  readonly at: number;
  /** How many events it completed. */
  readonly events: number;
  /** Whether it stopped in the middle of a line. */
  readonly isInsideLine: boolean;
}

/** The record of an answer so far. */
export interface StreamRecord {
  /** When the request was sent, in milliseconds on the monotonic clock. */
  readonly startedAt: number;
  /** Whether there was a connection to send it over. */
  readonly isConnected: boolean;
  readonly head: Head | undefined;
  readonly headAt: number | undefined;
  /** When the first byte of the body came. */
  readonly byteAt: number | undefined;
  /** When the first text came: later than the first byte when it is compressed. */
  readonly textAt: number | undefined;
  readonly lastAt: number | undefined;
  readonly size: number;
  readonly chunks: readonly Chunk[];
  readonly events: readonly SeenEvent[];
  /** When comments came. */
  readonly comments: readonly number[];
  /** The IDs of blocks, also of those without data. */
  readonly ids: readonly string[];
  readonly retries: readonly number[];
  readonly hasInvalidRetry: boolean;
  readonly isUtf8: boolean;
  readonly largest: number;
  readonly script: Script;
  /** Undefined while it is open. */
  readonly ending: Ending | { readonly how: 'flooded' } | undefined;
  /** How long it lasted, or has lasted so far. */
  readonly lasted: number;
}

/** A request and its answer. */
export interface LiveStream {
  readonly record: StreamRecord;
  /** Waits until the condition holds, the stream has ended, or `ms` milliseconds have passed. */
  until(condition: (record: StreamRecord) => boolean, ms: number): Promise<void>;
  /** Cuts the connection. */
  close(): void;
}

/** The most that is read of one stream, in bytes before and after decoding. */
const mostBytes = 8 * 2 ** 20;

/** Sends a request, and keeps a record of the answer. */
export function openStream(request: WireRequest): LiveStream {
  const startedAt = performance.now();
  const { now, stop } = startOwnTime();
  const scanner = createScanner();
  const events: SeenEvent[] = [];
  const chunks: Chunk[] = [];
  const comments: number[] = [];
  const ids: string[] = [];
  const retries: number[] = [];
  const changes = new Set<() => void>();
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  const strict = new TextDecoder('utf-8', { fatal: true });
  let decoder: Decoder | undefined;
  let decoded = 0;
  let closedAt: number | undefined;

  const record = {
    startedAt,
    isConnected: false,
    head: undefined as Head | undefined,
    headAt: undefined as number | undefined,
    byteAt: undefined as number | undefined,
    textAt: undefined as number | undefined,
    lastAt: undefined as number | undefined,
    size: 0,
    chunks,
    events,
    comments,
    ids,
    retries,
    hasInvalidRetry: false,
    isUtf8: true,
    largest: 0,
    script: scanner.script,
    ending: undefined as StreamRecord['ending'],
    get lasted() {
      return closedAt ?? now();
    },
  };

  const parser = createParser({
    onEvent({ id, event = 'message', data }) {
      record.largest = Math.max(record.largest, data.length);
      events.push({ at: now(), event, data, id });
    },
    onId: (id) => void ids.push(id),
    onComment: () => void comments.push(now()),
    onRetry: (retry) => void retries.push(retry),
    onError({ type }) {
      if (type === 'invalid-retry') record.hasInvalidRetry = true;
    },
  });

  function read(bytes: Uint8Array): void {
    if (closedAt !== undefined) return;
    decoded += bytes.length;
    if (decoded > mostBytes) {
      finish({ how: 'flooded' });
      return;
    }
    checkUtf8(bytes);
    const before = events.length;
    const part = text.decode(bytes, { stream: true });
    record.textAt ??= now();
    parser.feed(part);
    scanner.feed(part);
    chunks.push({ at: now(), events: events.length - before, isInsideLine: scanner.script.isInsideLine });
    change();
  }
  function checkUtf8(bytes?: Uint8Array): void {
    if (!record.isUtf8) return;
    try {
      strict.decode(bytes, { stream: bytes !== undefined });
    } catch {
      record.isUtf8 = false;
    }
  }

  function finish(ending: StreamRecord['ending']): void {
    if (closedAt !== undefined) return;
    if (ending?.how === 'ended') {
      checkUtf8();
      scanner.end();
    }
    closedAt = now();
    stop();
    record.ending = ending;
    cut();
    decoder?.destroy();
    change();
  }

  function change(): void {
    for (const tell of [...changes]) tell();
  }

  const cut = openExchange(request, {
    connected() {
      record.isConnected = true;
    },
    head(head) {
      record.head = head;
      record.headAt = now();
      const failed = (reason: string) => finish({ how: 'broken', reason });
      decoder = createDecoder(head.headers['content-encoding'], read, failed);
      change();
    },
    bytes(chunk) {
      record.byteAt ??= now();
      record.lastAt = now();
      record.size += chunk.length;
      if (record.size > mostBytes) finish({ how: 'flooded' });
      else decoder?.write(chunk);
    },
    over(ending) {
      if (decoder) decoder.end(() => finish(ending));
      else finish(ending);
    },
  });

  return {
    record,
    close: () => finish(undefined),
    until(condition, ms) {
      return new Promise((resolve) => {
        const timer = setTimeout(done, Math.max(0, ms));
        function look(): void {
          if (closedAt !== undefined || condition(record)) done();
        }
        function done(): void {
          clearTimeout(timer);
          changes.delete(look);
          resolve();
        }
        changes.add(look);
        look();
      });
    },
  };
}
