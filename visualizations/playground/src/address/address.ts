import type { JitterKind } from 'sse-machine';
import type { FaultRequest } from '../../protocol/fault-api.ts';
import { fleetSize } from '../../protocol/fleet-frame.ts';
import { faults } from '../../server/faults/faults.ts';
import { defaultSettings, jitterField, numberFields, type Settings } from '../settings/setting-fields.ts';
import { scenarios } from '../tour/scenarios.ts';
import { createQueryReader, type QueryReader } from './query-reader.ts';

/** The content of the address of the page: `/?fault=restart&status=503&seconds=6&jitter=none&maxRetries=3`. */
export interface Address {
  readonly settings: Settings;
  /** Begun as soon as both panels are open. */
  readonly fault?: FaultRequest;
  /** The scenario of the tour to play. */
  readonly tour?: string;
  /** How many clients each fleet has, and how the second one is spread. */
  readonly fleet?: FleetAddress;
  /** A sentence for each part that was not understood. */
  readonly errors: readonly string[];
}

export interface FleetAddress {
  readonly clients: number;
  readonly spread: JitterKind;
}

/** The word for a fault that lasts until it is lifted, in place of its seconds. */
const untilLifted = 'until-lifted';

/** Takes what it understands and complains of the rest. */
export function readAddress(query: URLSearchParams): Address {
  const reader = createQueryReader(query);
  const settings: Settings = {
    ...defaultSettings,
    ...given(numberFields.map((field) => [field.name, reader.number(field)])),
    ...given([['jitter', reader.choice('jitter', jitterField.choices)]]),
    token: reader.choice('token', ['renewable']) !== undefined,
  };
  const fault = readFault(reader);
  const tour = reader.choice('tour', ids(scenarios));
  const clients = reader.number(fleetSize);
  const spread = reader.choice('spread', jitterField.choices) ?? jitterField.default;

  return {
    settings,
    ...(fault && { fault }),
    ...(tour && { tour }),
    ...(clients && { fleet: { clients, spread } }),
    errors: reader.errors(),
  };
}

function readFault(reader: QueryReader): FaultRequest | undefined {
  const id = reader.choice('fault', ids(faults));
  if (id === undefined) return undefined;
  const { parameters = [] } = faults.find((fault) => fault.id === id) ?? {};
  const lasts = parameters.some(({ name }) => name === 'seconds');
  const isHeld = lasts && reader.word('seconds', untilLifted);
  const values = given(parameters.map((parameter) => [parameter.name, reader.number(parameter)]));
  return { id, ...values, ...(isHeld && { seconds: null }) };
}

/** The query that gives these settings, and begins this fault. */
export function queryOf(settings: Settings, fault: FaultRequest | null = null): string {
  const query = new URLSearchParams();
  for (const { name, default: standard } of numberFields) {
    if (settings[name] !== standard) query.set(name, String(settings[name]));
  }
  if (settings.jitter !== jitterField.default) query.set('jitter', settings.jitter);
  if (settings.token) query.set('token', 'renewable');
  const { id = null, ...values } = fault ?? {};
  if (id) query.set('fault', id);
  for (const [name, value] of Object.entries(values)) query.set(name, String(value ?? untilLifted));
  return query.size > 0 ? `?${query}` : '';
}

function ids(all: readonly { readonly id: string }[]): string[] {
  return all.map(({ id }) => id);
}

/** Leaves out what was not given. */
function given<Value>(entries: readonly (readonly [string, Value | undefined])[]): Record<string, Value> {
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
