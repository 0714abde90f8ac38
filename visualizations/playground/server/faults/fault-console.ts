import { complaintAbout, type Parameter } from '../../protocol/parameter.ts';
import type { Exchange, StreamServer } from '../stream/stream-server.ts';
import { type Fault, type FaultValues, faults } from './faults.ts';

/** A fault as the page gets it: everything but what it does. */
export type FaultDescription = Pick<Fault, 'id' | 'group' | 'title' | 'explanation' | 'parameters'>;

/** What the console shows. */
export interface FaultConsoleState {
  readonly faults: readonly FaultDescription[];
  /** The fault in force, or the last one that happened once. */
  readonly current: {
    readonly id: string;
    readonly title: string;
    /** Whether it goes on; a fault that happens once is over when it has begun. */
    readonly inForce: boolean;
    /** When it ends, in milliseconds on the clock of this server; null when it stays until it is lifted. */
    readonly endsAt: number | null;
  } | null;
  /** The clock of this server, in milliseconds, to hold `endsAt` against. */
  readonly now: number;
  readonly listening: number;
  /** How many requests each client has sent since the last fault began. */
  readonly requests: Readonly<Record<string, number>>;
}

export interface FaultConsole {
  state(): FaultConsoleState;
  /**
   * @param given The parameters that are not to be the default. `seconds: null` lasts until it is lifted.
   * @throws RangeError that says what is allowed.
   */
  start(id: unknown, given: Readonly<Record<string, unknown>>): void;
  lift(): void;
  /** Answers a request in the way of the fault in force, or leaves it to the server. */
  answer(exchange: Exchange): boolean;
}

interface Current {
  readonly fault: Fault;
  readonly values: FaultValues;
  readonly endsAt: number | null;
  inForce: boolean;
  timer?: NodeJS.Timeout;
}

export function createFaultConsole(streams: StreamServer): FaultConsole {
  let current: Current | null = null;
  let requests: Record<string, number> = {};

  function end(): void {
    if (!current?.inForce) return;
    clearTimeout(current.timer);
    current.inForce = false;
    current.fault.end?.(streams);
  }

  return {
    state: () => ({
      faults: faults.map(({ id, group, title, explanation, parameters }) => ({
        id,
        group,
        title,
        explanation,
        parameters,
      })),
      current: current && {
        id: current.fault.id,
        title: current.fault.title,
        inForce: current.inForce,
        endsAt: current.endsAt,
      },
      now: Date.now(),
      listening: streams.clients.size,
      requests,
    }),

    start(id, given) {
      const fault = faults.find((known) => known.id === id);
      if (!fault) {
        throw new RangeError(`There is no fault ${JSON.stringify(id)}. The faults are ${names(faults)}.`);
      }
      const lasts = fault.parameters.some(({ name }) => name === 'seconds');
      const { seconds, ...others } = given;
      const isOpenEnded = lasts && seconds === null;
      const values = checked(fault, isOpenEnded ? others : given);
      end();
      const milliseconds = (values.seconds ?? 0) * 1_000;
      const endsAt = isOpenEnded ? null : Date.now() + milliseconds;
      current = { fault, values, endsAt, inForce: lasts };
      requests = {};
      fault.begin(streams, values);
      if (lasts && !isOpenEnded) current.timer = setTimeout(end, milliseconds);
    },

    lift: end,

    answer(exchange) {
      requests[exchange.client] = (requests[exchange.client] ?? 0) + 1;
      if (!current?.inForce) return false;
      const { fault, values, endsAt } = current;
      if (!fault.answer) return false;
      const left = endsAt === null ? values.seconds : Math.ceil((endsAt - Date.now()) / 1_000);
      fault.answer(exchange, { ...values, seconds: left });
      return true;
    },
  };
}

function checked({ id, parameters }: Fault, given: Readonly<Record<string, unknown>>): FaultValues {
  const unknown = Object.keys(given).find((name) => !parameters.some((known) => known.name === name));
  if (unknown !== undefined) {
    const allowed = parameters.map(({ name }) => name).join(', ') || 'none';
    throw new RangeError(`\`${id}\` has no parameter \`${unknown}\`. Its parameters: ${allowed}.`);
  }
  return Object.fromEntries(
    parameters.map((parameter) => [parameter.name, checkedValue(parameter, given[parameter.name])]),
  );
}

function checkedValue(parameter: Parameter, value: unknown = parameter.default): number {
  const complaint = complaintAbout(parameter, value);
  if (complaint !== undefined || typeof value !== 'number') throw new RangeError(complaint);
  return value;
}

function names(all: readonly Fault[]): string {
  return all.map(({ id }) => id).join(', ');
}
