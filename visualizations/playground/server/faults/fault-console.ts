import type { FaultConsoleState } from '../../protocol/fault-api.ts';
import { type Parameter, validationError } from '../../protocol/parameter.ts';
import type { Exchange, StreamServer } from '../stream/stream-server.ts';
import { type Fault, type FaultValues, faults } from './faults.ts';

export interface FaultConsole {
  state(): FaultConsoleState;
  /**
   * @param given The parameters that differ from the default. `seconds: null` means until it is lifted.
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
  // A Map, because a client names itself, and its name may be that of a property of every object.
  const requests = new Map<string, number>();

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
      requests: Object.fromEntries(requests),
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
      requests.clear();
      fault.begin(streams, values);
      if (lasts && !isOpenEnded) current.timer = setTimeout(end, milliseconds);
    },

    lift: end,

    answer(exchange) {
      const { client } = exchange;
      if (requests.has(client) || requests.size < mostNames) {
        requests.set(client, (requests.get(client) ?? 0) + 1);
      }
      if (!current?.inForce) return false;
      const { fault, values, endsAt } = current;
      if (!fault.answer) return false;
      const left = endsAt === null ? values.seconds : Math.ceil((endsAt - Date.now()) / 1_000);
      fault.answer(exchange, { ...values, seconds: left });
      return true;
    },
  };
}

/** How many clients are counted: a limit, because names are never forgotten. */
const mostNames = 100;

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
  const error = validationError(parameter, value);
  if (error !== undefined || typeof value !== 'number') throw new RangeError(error);
  return value;
}

function names(all: readonly Fault[]): string {
  return all.map(({ id }) => id).join(', ');
}
