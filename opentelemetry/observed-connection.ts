import type { Attributes } from '@opentelemetry/api';
import type { AnyEventObject, SnapshotFrom } from 'xstate';
import { systemClock } from '../machines/clock.ts';
import {
  type ConnectionActor,
  type ConnectionEvent,
  type ConnectionStatus,
  type connectionMachine,
  selectStatus,
  transportNameOf,
} from '../machines/connection.ts';
import { isFunction } from '../machines/option-table.ts';
import { factsOf } from '../transports/connection-facts.ts';
import { type AttemptSpan, createAttemptSpans } from './attempt-spans.ts';
import {
  failureAttributes,
  type RequestAttributes,
  requestAttributes,
  statusAttributes,
} from './attributes.ts';
import type { Recorder } from './recorder.ts';

type Snapshot = SnapshotFrom<typeof connectionMachine>;

/** One request and its stream. */
interface Attempt {
  readonly span: AttemptSpan;
  readonly startedAt: number;
  messages: number;
  /** The URL is known only after the request was sent, so it is counted later, with its result. */
  isCounted: boolean;
}

interface ObservedOptions {
  readonly actor: ConnectionActor;
  readonly recorder: Recorder;
  /** The attributes of the app, which win over ours. */
  readonly own: Attributes;
  /** The URL of the first request, if known: origin and path. */
  readonly resource: string | undefined;
  readonly spans: 'stream' | 'request';
}

/** A connection that is observed. */
export interface ObservedConnection {
  /** The present status and attributes. */
  look(): { readonly status: ConnectionStatus; readonly attributes: Attributes };
  end(): void;
}

/** Records what happens to a connection from now on. */
export function observeConnection(options: ObservedOptions): ObservedConnection {
  const { actor, recorder, own, resource, spans } = options;
  const startSpan = createAttemptSpans(recorder, spans);
  const attempts = new Map<number, Attempt>();
  let before: Snapshot = actor.getSnapshot();
  /** The number of the latest attempt that was begun here. A request that is under way has not been. */
  let latest = before.context.attempts - (isRequesting(before) ? 1 : 0);
  let { replaysDropped: replays, bytesRead: bytes } = factsOf(actor);
  /** When the stream was lost; undefined when there is one, or none is wanted. */
  let outageSince: number | undefined;
  const describe = createDescription(actor, own, resource);

  function take(event: AnyEventObject, snapshot: Snapshot): void {
    const last = before;
    before = snapshot;
    if (isOfConnection(event)) {
      if (event.type === 'request.accepted') accept(last.context.attempts);
      if (event.type === 'stream.messages') deliver(last.context.stream, event.messages.length);
      if (event.type === 'request.failed') fail(last.context.attempts, event);
      if (event.type === 'stream.failed' || event.type === 'stream.ended') fail(last.context.stream, event);
    }
    for (const number of attempts.keys()) {
      if (!(transportNameOf(number) in snapshot.children)) endAttempt(number, 'dropped');
    }
    beginAttempts(snapshot);
    followStatus(statusOf(last), statusOf(snapshot));
    const renewal = renewalIn(snapshot);
    if (renewal && renewal !== renewalIn(last)) add('renewals', 1, { 'sse.renewal.reason': renewal });
  }

  function beginAttempts({ context }: Snapshot): void {
    const { retries, lastEventId } = context;
    for (; latest < context.attempts; latest += 1) {
      const about = {
        'sse.attempt': latest + 1,
        'sse.resumed': lastEventId !== '',
        ...(retries > 0 && { 'http.request.resend_count': retries }),
      };
      const span = startSpan({ ...describe().span, ...about });
      attempts.set(latest + 1, { span, startedAt: timeOf(actor), messages: 0, isCounted: false });
    }
  }

  function accept(number: number): void {
    const attempt = attempts.get(number);
    if (!attempt) return;
    count(attempt);
    const status = statusAttributes(factsOf(actor).status);
    const { common, span } = describe();
    recorder.record('openDuration', timeOf(actor) - attempt.startedAt, { ...common, ...status });
    attempt.span.accept({ ...span, ...status });
  }

  function deliver(number: number | null, count: number): void {
    const attempt = attempts.get(number ?? 0);
    if (attempt) attempt.messages += count;
    if (count > 0) add('messages', count);
    countTraffic();
  }

  function fail(number: number | null, event: Outcome): void {
    const { error } = event;
    countTraffic();
    const { closeReason } = before.context;
    if (closeReason === 'ended') {
      endAttempt(number, 'ended');
      return;
    }
    add('failures', 1, failureAttributes(error));
    // A stream that the server ended counts as complete, unless the message of `closeOn` is missing.
    const isWhole = event.type === 'stream.ended' && event.final === undefined;
    const attempt = attempts.get(number ?? 0);
    if (!isWhole) attempt?.span.fail(error);
    endAttempt(number, isWhole ? 'ended' : 'failed');
  }

  function endAttempt(number: number | null, how: Parameters<AttemptSpan['end']>[0]): void {
    const attempt = attempts.get(number ?? 0);
    if (!attempt) return;
    countTraffic();
    count(attempt);
    attempt.span.end(how, { ...describe().span, 'sse.messages': attempt.messages });
    attempts.delete(number ?? 0);
  }

  function count(attempt: Attempt): void {
    if (!attempt.isCounted) add('attempts');
    attempt.isCounted = true;
  }

  function countTraffic(): void {
    const { replaysDropped, bytesRead } = factsOf(actor);
    if (replaysDropped > replays) add('replays', replaysDropped - replays);
    if (bytesRead > bytes) add('bytes', bytesRead - bytes);
    replays = replaysDropped;
    bytes = bytesRead;
  }

  function followStatus(last: ConnectionStatus, status: ConnectionStatus): void {
    if (status === 'failed' && last !== 'failed') {
      const { error } = before.context;
      add('givenUp', 1, error ? failureAttributes(error) : {});
    }
    if (status === 'open' || status === 'closed') {
      const end = { ...describe().common, 'sse.outage.end': status };
      if (outageSince !== undefined) recorder.record('outageDuration', timeOf(actor) - outageSince, end);
      outageSince = undefined;
    } else if (last === 'open' || status !== 'connecting') outageSince ??= timeOf(actor);
  }

  function add(counter: Parameters<Recorder['add']>[0], value = 1, attributes: Attributes = {}): void {
    recorder.add(counter, value, { ...describe().common, ...attributes });
  }

  const inspection = actor.system.inspect((inspected) => {
    if (inspected.type !== '@xstate.snapshot' || inspected.actorRef !== actor) return;
    recorder.guard(() => take(inspected.event, inspected.snapshot as Snapshot));
  });
  const gaps = actor.on('gap', ({ reason }) => add('gaps', 1, { 'sse.gap.reason': reason }));
  beginAttempts(before);

  return {
    look: () => ({ status: statusOf(actor.getSnapshot()), attributes: describe().common }),
    end() {
      inspection.unsubscribe();
      gaps.unsubscribe();
      for (const number of attempts.keys()) endAttempt(number, 'unobserved');
    },
  };
}

type Outcome = Extract<ConnectionEvent, { type: 'request.failed' | 'stream.failed' | 'stream.ended' }>;

const heeded = ['request.accepted', 'request.failed', 'stream.messages', 'stream.failed', 'stream.ended'];

/** XState sends events of its own, for timers for example. */
function isOfConnection(event: AnyEventObject): event is ConnectionEvent {
  return heeded.includes(event.type);
}

function statusOf(snapshot: Snapshot): ConnectionStatus {
  return snapshot.status === 'active' ? selectStatus(snapshot) : 'closed';
}

function isRequesting({ context: { attempts, stream }, children }: Snapshot): boolean {
  return attempts !== stream && transportNameOf(attempts) in children;
}

/** Why a request is under way while a stream is open; undefined when none is. */
function renewalIn(snapshot: Snapshot): string | undefined {
  const reasons = { renewing: 'credentials', reconnecting: 'reconnect', verifying: 'doubt' } as const;
  const states = Object.keys(reasons) as (keyof typeof reasons)[];
  const state = states.find((replacing) => snapshot.matches({ live: { open: { replacing } } }));
  return state && reasons[state];
}

/**
 * Milliseconds on the clock of the connection. For the system clock, which may be set back, a monotonic one is read
 * instead.
 */
function timeOf(actor: ConnectionActor): number {
  const clock: object = actor.clock;
  const now = clock !== systemClock && 'now' in clock && isFunction(clock.now) ? clock.now() : undefined;
  return typeof now === 'number' && Number.isFinite(now) ? now : performance.now();
}

/** Makes the attributes of the latest request, anew only when URL or method have changed. */
function createDescription(actor: ConnectionActor, own: Attributes, first: string | undefined) {
  let place: string | undefined;
  let described: RequestAttributes = { common: {}, span: {} };

  return () => {
    const facts = factsOf(actor);
    const { resource = first } = facts;
    // Without `fetch`, the transport is an EventSource, which can only send GET.
    const method = facts.method ?? (facts.resource?.startsWith('http') ? 'GET' : undefined);
    const next = `${method} ${resource}`;
    if (next !== place) {
      const { common, span } = requestAttributes(resource, method);
      described = {
        common: withoutGaps({ ...common, ...own }),
        span: withoutGaps({ ...common, ...span, ...own }),
      };
    }
    place = next;
    return described;
  };
}

function withoutGaps(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
