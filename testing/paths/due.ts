import type { ConnectionEvent } from '../../machines/connection.ts';
import { proofTime } from '../../transports/vigil.ts';
import { type Draft, lose, tell, type World } from './world.ts';

/** What happens by itself, as time passes. */
export interface Due {
  /** When, on the wall clock in milliseconds. */
  readonly at: number;
  /** What happens, as a person would say it. */
  readonly what: string;
  readonly happen: (draft: Draft) => void;
}

/** What happens next, if there is anything to wait for. */
export function dueOf({ timers, asking, reading, options }: World): Due | undefined {
  const { idleTimeout } = options;
  const dues: Due[] = Object.entries(timers).map(([type, at]) => ({
    at,
    what: type.includes('retryDelay') ? 'the next retry is due' : 'the stream has lasted',
    happen: (draft) => fire(draft, type),
  }));
  if (asking && asking.due < Infinity) {
    const what = 'no answer comes in time';
    dues.push({ at: asking.due, what, happen: (draft) => lose(draft, 'asking', { kind: 'timeout' }) });
  }
  if (reading?.doubtedAt != null) {
    const what = 'no sign of life comes in time';
    dues.push({ at: reading.doubtedAt + proofTime, what, happen: doubt });
  }
  if (reading && typeof idleTimeout === 'number' && idleTimeout > 0) {
    const what = 'the stream is silent for too long';
    const happen = (draft: Draft) => lose(draft, 'reading', { kind: 'idle' });
    dues.push({ at: reading.heardAt + idleTimeout, what, happen });
  }
  return dues.sort((one, other) => one.at - other.at)[0];
}

function fire(draft: Draft, type: string): void {
  const { [type]: _, ...others } = draft.timers;
  draft.timers = others;
  tell(draft, { type } as unknown as ConnectionEvent);
}

/** While another stream is on its way there is nothing to ask for, but it may not come. */
function doubt(draft: Draft): void {
  const { reading, asking, now } = draft;
  if (!reading) return;
  draft.reading = asking ? { heardAt: now, doubtedAt: now } : { ...reading, doubtedAt: null };
  if (asking) return;
  tell(draft, { type: 'transport.doubted' });
  if (draft.asking && draft.reading) draft.asking = { ...draft.asking, doubts: true };
}
