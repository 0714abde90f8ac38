import { delayOf } from '../../../machines/chart.ts';
import type { ConnectionStatus } from '../../../machines/connection.ts';
import type { Moment } from '../model/moment.ts';
import type { ShownEvent } from '../model/record.ts';
import type { ShownContext } from '../model/shown-context.ts';
import { pathOf } from '../model/state-value.ts';
import type { Draw, Wait } from '../model/wait.ts';

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

function trimmed(number: number, digits: number): string {
  return String(Number(number.toFixed(digits)));
}

function padded(number: number, length: number): string {
  return String(number).padStart(length, '0');
}
