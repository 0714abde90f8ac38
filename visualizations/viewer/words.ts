import { delayOf } from '../../machines/chart.ts';
import type { ConnectionStatus } from '../../machines/connection.ts';
import type { ShownContext } from './context.ts';
import { firstSeen, type Moment } from './moment.ts';
import type { ShownEvent } from './record.ts';
import { pathOf } from './state.ts';
import type { Draw, Wait } from './wait.ts';

export const statusWords: { readonly [Status in ConnectionStatus]: string } = {
  connecting: 'Connecting',
  open: 'Open',
  backoff: 'Backoff',
  failed: 'Failed',
  closed: 'Closed',
};

/** A stretch of time: as many digits as matter. */
export function duration(milliseconds: number): string {
  const length = Math.max(0, milliseconds);
  if (length < 1_000) return `${Math.round(length)} ms`;
  if (length < 10_000) return `${trimmed(length / 1_000, 2)} s`;
  if (length < 60_000) return `${trimmed(length / 1_000, 1)} s`;
  const seconds = Math.round(length / 1_000);
  if (seconds < 3_600) return inTwo(seconds, 'min', 's');
  return inTwo(Math.round(seconds / 60), 'h', 'min');
}

/** A number of small units, sixty of which make a large one. */
function inTwo(total: number, large: string, small: string): string {
  const rest = total % 60;
  return `${Math.floor(total / 60)} ${large}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}

/** A time of day on the clock of this machine, such as `21:04:07.250`. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => padded(part, 2));
  return `${parts.join(':')}.${padded(date.getMilliseconds(), 3)}`;
}

/** A count with its noun. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** An event by a name that says no more than is new. */
export function eventName({ type }: ShownEvent): string {
  if (type === 'xstate.init') return 'start';
  if (type === 'xstate.stop') return 'stop';
  const delay = delayOf(type);
  return delay === undefined ? type : `after ${delay}`;
}

/** What an event changed, such as `open.stable → backoff.waiting`. */
export function change({ from, value, isLast }: Moment): string {
  const path = pathOf(value);
  if (isLast) return `${path} → stopped`;
  const before = from === null ? path : pathOf(from);
  return before === path ? path : `${before} → ${path}`;
}

/** The retries that were charged, of those that there are. */
export function retriesOf({ retries, settings }: ShownContext): string {
  const { maxRetries } = settings;
  return Number.isFinite(maxRetries) ? `${retries} of ${maxRetries}` : `${retries}, without limit`;
}

/** How a wait came about, as in `waits 2.31 s: drawn from 0 to 4 s, full jitter`. */
export function waitWords({ from, until, floor, draw }: Wait): string {
  const length = `waits ${duration(until - from)}`;
  if (!draw) return `${length}: the server allows nothing earlier`;
  if (floor === 0) return `${length}: ${drawWords(draw)}`;
  return `${length}: ${duration(draw.drawn)} ${drawWords(draw)}, and ${duration(floor)} that the server asked for`;
}

function drawWords({ least, most, jitter }: Draw): string {
  if (jitter === 'own') return `made of ${duration(most)} by a function of the app`;
  if (jitter === 'none') return 'as set, no jitter';
  return `drawn from ${least === 0 ? '0' : duration(least)} to ${duration(most)}, ${jitter} jitter`;
}

/** What is worth to be said of a moment in a few words; empty where its name says it all. */
export function detailOf(moment: Moment, before: Moment | undefined): string {
  return [eventDetail(moment, before), ...moment.told.map((type) => toldWords[type] ?? '')]
    .filter((words) => words !== '')
    .join(' · ');
}

const toldWords: { readonly [type: string]: string } = {
  'stream.replace': 'another stream is opened while this one goes on',
  'stream.prove': 'the stream has to give a sign of life',
};

function eventDetail(moment: Moment, before: Moment | undefined): string {
  const { event, status, context, at, isLast } = moment;
  switch (event.type) {
    case 'transport.failed':
    case 'transport.ended':
      return `${failureWords(event)} · ${outcomeWords(moment)}`;
    case 'transport.opened':
      return before ? `after ${duration(at - before.at)}` : '';
    case 'transport.messages':
      return trafficWords(event);
    case 'transport.gap':
      return `asked for what follows ${event.lastEventId}, got what follows ${event.resumedAfter}`;
    case firstSeen.type:
      return 'it was there before anyone looked';
    case 'xstate.stop':
      return 'the actor was stopped';
    default:
      if (isLast) return 'the actor ended';
      if (delayOf(event.type) === 'stableAfter') return 'the retry budget is whole';
      if (status === 'connecting' && context.retries > 0) return `retry ${retriesOf(context)}`;
      return status === 'closed' && context.closeReason ? closings(context.closeReason) : '';
  }
}

function failureWords({ type, error }: ShownEvent): string {
  return `${error?.status ?? error?.kind ?? type.replace('transport.', '')}`;
}

function outcomeWords({ value, status, context, wait }: Moment): string {
  if (status === 'connecting') return 'asks again, with fresh credentials';
  if (status === 'failed')
    return context.error?.kind === 'exhausted' ? 'gave up: no retry is left' : 'gave up';
  if (status === 'closed') return 'nothing more to come';
  if (status === 'open') return 'ignored';
  if (!wait) return pathOf(value) === 'backoff.offline' ? 'waits for the network' : 'waits';
  return `retry ${retriesOf(context)} in ${duration(wait.until - wait.from)}`;
}

function trafficWords({ messages = 0, batches = 1, lastEventId = '' }: ShownEvent): string {
  const id = lastEventId === '' ? [] : [`ID ${lastEventId}`];
  return [`${count(messages, 'message')} in ${count(batches, 'chunk')}`, ...id].join(' · ');
}

/** Why a connection is closed. */
export function closings(reason: string): string {
  if (reason === 'app') return 'closed by the app';
  if (reason === 'ended') return 'ended by the server';
  return reason === 'paused' ? 'paused while the page is away' : reason;
}

function trimmed(number: number, digits: number): string {
  return String(Number(number.toFixed(digits)));
}

function padded(number: number, length: number): string {
  return String(number).padStart(length, '0');
}
