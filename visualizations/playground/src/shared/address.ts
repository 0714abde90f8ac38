import type { JitterKind } from 'sse-machine';
import { faults } from '../../server/faults.ts';
import { fleetSizes } from '../../server/fleet-frame.ts';
import { complaintAbout } from '../../server/parameter.ts';
import type { FaultRequest } from '../console/api.ts';
import { scenarios } from '../tour/scenarios.ts';
import { defaultSettings, jitterField, numberFields, type Settings } from './setting-fields.ts';

/** What the address of the page asks for: `/?fault=restart&status=503&seconds=6&jitter=none&maxRetries=3`. */
export interface Address {
  readonly settings: Settings;
  /** Begun as soon as both panels are open. */
  readonly fault?: FaultRequest;
  /** The scenario of the tour to play. */
  readonly tour?: string;
  /** How many clients each fleet has, and how the second one is spread. */
  readonly fleet?: FleetAddress;
  /** What was not understood, a sentence each. */
  readonly complaints: readonly string[];
}

export interface FleetAddress {
  readonly clients: number;
  readonly spread: JitterKind;
}

/** The word for a fault that lasts until it is lifted, in place of its seconds. */
export const untilLifted = 'until-lifted';

/** Takes what it understands and complains of the rest. */
export function readAddress(query: URLSearchParams): Address {
  const complaints: string[] = [];
  const left = new Map(query);
  const take = (name: string) => {
    const text = left.get(name);
    left.delete(name);
    return text;
  };
  const choose = <Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined => {
    const text = take(name);
    const choice = choices.find((known) => known === text);
    if (text !== undefined && choice === undefined) {
      complaints.push(`\`${name}\` must be ${choices.join(' | ')}, not ${JSON.stringify(text)}.`);
    }
    return choice;
  };
  const number = (parameter: Parameters<typeof complaintAbout>[0]): number | undefined => {
    const text = take(parameter.name);
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const complaint = complaintAbout(parameter, Number.isNaN(value) ? text : value);
    if (complaint === undefined) return value;
    complaints.push(complaint);
    return undefined;
  };

  const settings: Settings = {
    ...defaultSettings,
    ...given(numberFields.map((field) => [field.name, number(field)])),
    ...given([['jitter', choose('jitter', jitterField.choices)]]),
    token: choose('token', ['renewable']) !== undefined,
  };
  const id = choose(
    'fault',
    faults.map((fault) => fault.id),
  );
  const parameters = faults.find((fault) => fault.id === id)?.parameters ?? [];
  const held = parameters.some(({ name }) => name === 'seconds') && left.get('seconds') === untilLifted;
  if (held) left.delete('seconds');
  const values = given(parameters.map((parameter) => [parameter.name, number(parameter)]));
  const tour = choose(
    'tour',
    scenarios.map((scenario) => scenario.id),
  );
  const clients = number({ name: 'clients', label: 'clients', ...fleetSizes });
  const spread = choose('spread', jitterField.choices);
  for (const name of left.keys()) complaints.push(`There is no \`${name}\` here.`);

  return {
    settings,
    complaints,
    ...(id && { fault: { id, ...values, ...(held && { seconds: null }) } }),
    ...(tour && { tour }),
    ...(clients && { fleet: { clients, spread: spread ?? jitterField.default } }),
  };
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

/** Leaves out what was not given. */
function given<Value>(entries: readonly (readonly [string, Value | undefined])[]): Record<string, Value> {
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
