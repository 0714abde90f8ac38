import { failureKinds } from '../../../machines/connection-error.ts';
import { verdictOn } from '../../../machines/policy.ts';
import { delayOf, stopEvent } from '../../../machines/xstate-internals.ts';
import { firstSeen, type Moment } from '../model/moment.ts';
import { isFailure, type ShownEvent } from '../model/record.ts';
import { pathOf } from '../model/state-value.ts';
import { count, duration } from './format.ts';
import { closingOf, retriesOf } from './labels.ts';

/** Says what a moment means in a few words; empty where its name says it all. */
export function detailOf(moment: Moment): string {
  const { event, at, requestedAt, isLast } = moment;
  if (isFailure(event)) return `${failureWords(event)} · ${outcomeWords(moment)}`;
  switch (event.type) {
    case firstSeen.type:
      return 'it was there before anyone looked';
    case stopEvent:
      return 'the actor was stopped';
    case 'request.ready':
      return readyWords(moment);
    case 'request.moved':
      return 'the URL leads elsewhere: the last event ID is forgotten';
    case 'request.accepted':
      return sentence(requestedAt !== null && `after ${duration(at - requestedAt)}`, acceptedWords(moment));
    case 'stream.messages':
      return trafficWords(event);
    case 'stream.progressed':
      return 'brings news: the retry budget is whole';
    case 'stream.gap':
      return `asked for what follows ${event.lastEventId}, got what follows ${event.resumedAfter}`;
    case 'stream.expiring':
      return sentence('the credentials expire', changeWords(moment));
    case 'stream.alive':
      return sentence(
        'the stream is alive',
        hasLeft(moment, 'open.replacing') && 'the other request is dropped',
      );
    case 'stream.overslept':
      return sentence('nobody was awake to read it', changeWords(moment));
    case 'stream.overran':
      return 'too much came to be told from replays: the stream is dropped';
    case 'transport.restarted':
      return sentence('out of a restored snapshot', changeWords(moment));
    default:
      return isLast ? 'the actor ended' : sentence(delayWords(moment), changeWords(moment));
  }
}

function sentence(...parts: (string | false)[]): string {
  return parts.filter(Boolean).join(' · ');
}

function failureWords({ type, error }: ShownEvent): string {
  return `${error?.status ?? error?.kind ?? type}`;
}

/** Says what follows the end of a request or of a stream. */
function outcomeWords(moment: Moment): string {
  const { value, status, context, wait, taken } = moment;
  const path = pathOf(value);
  if (taken?.guard === 'canRefresh') return 'asks again, with fresh credentials';
  if (taken?.guard === 'canRestart') return 'asks again from the start: the last event ID is forgotten';
  if (taken?.guard === 'refusesSecondStream') return 'drops the stream, and asks once more';
  if (status === 'connecting') {
    return hasLeft(moment, 'open.replacing') ? 'the request on its way goes on alone' : 'asks again';
  }
  if (path === 'open.doubted') return `the stream goes on, ${proofWords(moment)}`;
  if (path === 'open.stable') return 'the stream goes on, with the credentials that it has';
  if (status === 'failed') return gaveUpWords(moment);
  if (status === 'closed') return 'nothing more to come';
  if (status === 'open') return 'ignored';
  if (path === 'backoff.offline') return `waits for the network${freeWords(moment)}`;
  return wait ? `retry ${retriesOf(context)} in ${duration(wait.until - wait.from)}` : 'waits';
}

function gaveUpWords({ context: { error, repeatable } }: Moment): string {
  if (error?.kind === 'exhausted') return 'gave up: no retry is left';
  const kind = failureKinds.find((known) => known === error?.kind);
  const isPassing = kind !== undefined && verdictOn({ message: '', ...error, kind }, {}) === 'retry';
  return isPassing && repeatable !== 'always' ? 'gave up: to ask again may repeat its effect' : 'gave up';
}

/** Says what a request is, and what that means for the stream that it was to replace. */
function readyWords(moment: Moment): string {
  const { context, value } = moment;
  if (hasLeft(moment, 'open.replacing')) {
    return pathOf(value) === 'connecting'
      ? 'the stream is dropped: without an event ID two of them look the same'
      : 'not sent: to ask again may repeat its effect';
  }
  if (context.repeatable === 'always') return 'the request is sent';
  return context.repeatable === 'resumed'
    ? 'an unsafe request, continued by a safe one'
    : 'an unsafe request, which is not repeated by itself';
}

function acceptedWords(moment: Moment): string {
  return hasLeft(moment, 'open.replacing') ? 'takes the place of the other stream' : '';
}

function trafficWords(event: ShownEvent): string {
  const { messages = 0, batches = 1, lastEventId = '', unasked = 0, invalid = 0 } = event;
  const id = lastEventId === '' ? [] : [`ID ${lastEventId}`];
  const unheard = unasked > 0 ? [`${unasked} so far that nobody asked for`] : [];
  const refused = invalid > 0 ? [`${invalid} so far that their schemas refused`] : [];
  return [`${count(messages, 'message')} in ${count(batches, 'chunk')}`, ...id, ...unheard, ...refused].join(
    ' · ',
  );
}

function delayWords({ event }: Moment): string {
  const delay = delayOf(event.type);
  if (delay === 'stableAfter') return 'the retry budget is whole';
  return delay === 'proofTime' ? 'no sign of life' : '';
}

/** Says where an event has led to. */
function changeWords(moment: Moment): string {
  const { event, from, value, status, context, isAttempt } = moment;
  const path = pathOf(value);
  if (from !== null && pathOf(from) === path && !isAttempt) return '';
  switch (path) {
    case 'open.doubted':
      return proofWords(moment);
    case 'open.replacing.reconnecting':
    case 'open.replacing.verifying':
      return 'another stream is asked for while this one goes on';
    case 'open.replacing.renewing':
      return 'another stream is asked for, with fresh credentials';
    case 'open.fresh':
      return delayOf(event.type) === 'proofTime' ? 'to ask again may repeat its effect, so it goes on' : '';
    case 'backoff.offline':
      return sentence(
        moment.taken?.guard === 'wasChargedJustNow' && 'the retry is given back',
        `waits for the network${freeWords(moment)}`,
      );
    case 'failed':
      return 'to ask again may repeat its effect';
    default:
      if (status === 'closed') return closingOf(moment);
      if (hasLeft(moment, 'backoff.offline')) return 'asks again, which costs no retry';
      return status === 'connecting' && context.retries > 0 ? `retry ${retriesOf(context)}` : '';
  }
}

function proofWords({ context }: Moment): string {
  return `it has ${duration(context.doubt.proofTime)} to show that it is alive`;
}

function freeWords({ wait }: Moment): string {
  return wait ? `, but asks once in ${duration(wait.until - wait.from)}` : '';
}

/** Whether an event led out of a state. */
function hasLeft({ from, value }: Moment, path: string): boolean {
  const isIn = (state: string) => `${state}.`.startsWith(`${path}.`);
  return from !== null && isIn(pathOf(from)) && !isIn(pathOf(value));
}
