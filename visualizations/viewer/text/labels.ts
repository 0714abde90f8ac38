import type { ConnectionStatus } from '../../../machines/connection.ts';
import { delayOf, startEvent, stopEvent } from '../../../machines/xstate-internals.ts';
import type { Moment } from '../model/moment.ts';
import type { ShownEvent } from '../model/record.ts';
import type { ShownContext } from '../model/shown-context.ts';
import { pathOf } from '../model/state-value.ts';
import type { Draw, Wait } from '../model/wait.ts';
import { duration } from './format.ts';

export const statusWords: { readonly [Status in ConnectionStatus]: string } = {
  connecting: 'Connecting',
  open: 'Open',
  backoff: 'Backoff',
  failed: 'Failed',
  closed: 'Closed',
};

/** An event by a name that says no more than is new. */
export function eventName({ type }: ShownEvent): string {
  if (type === startEvent) return 'start';
  if (type === stopEvent) return 'stop';
  const delay = delayOf(type);
  return delay === undefined ? type : `after ${delay}`;
}

/** The change that an event made, such as `open.stable → backoff.waiting`. */
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
export function waitWords({ kind, from, until, floor, draw }: Wait): string {
  const length = duration(until - from);
  if (kind === 'proof') {
    const parts = draw ? [`${duration(floor)}, and ${duration(draw.drawn)} ${drawWords(draw)}`] : [];
    return [`${length} to show that it is alive`, ...parts].join(': ');
  }
  if (kind === 'release') return `waits ${length}: the server has to notice that the stream is gone`;
  if (!draw) return `waits ${length}: the server allows nothing earlier`;
  if (kind === 'free') return `waits ${length}, as the network may be there: ${drawWords(draw)}`;
  if (floor === 0) return `waits ${length}: ${drawWords(draw)}`;
  const drawn = `${duration(draw.drawn)} ${drawWords(draw)}`;
  return `waits ${length}: ${drawn}, and ${duration(floor)} that the server asked for`;
}

function drawWords({ least, most, jitter }: Draw): string {
  if (jitter === 'own') return `made of ${duration(most)} by a function of the app`;
  if (jitter === 'none') return 'as set, no jitter';
  return `drawn from ${least === 0 ? '0' : duration(least)} to ${duration(most)}, ${jitter} jitter`;
}

/** Why a connection is closed; empty when it is not, or was never opened. */
export function closingOf({ value, context: { closeReason } }: Pick<Moment, 'value' | 'context'>): string {
  if (pathOf(value) === 'closed.suspended') return 'until its component comes back';
  if (closeReason === 'app') return 'closed by the app';
  if (closeReason === 'ended') return 'ended by the server';
  return closeReason === 'paused' ? 'paused while the page is away' : (closeReason ?? '');
}
