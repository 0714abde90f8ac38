import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isFunction, rule, text } from '../machines/option-table.ts';
import type { EventMap } from './transport.ts';

/**
 * A schema for the data of each event, by its name: of Zod, Valibot, ArkType or any other library of the standard.
 *
 * @see https://standardschema.dev
 */
export type EventSchemas<Events extends object = EventMap> = {
  readonly [Name in keyof Events]: StandardSchemaV1<unknown, Events[Name]>;
};

/**
 * Gives the events of `events` their types, and checks nothing. Use it where a hook has to infer its other types,
 * such as the result of `reduce` or `select`: TypeScript infers no type argument beside one that is written out.
 *
 * @param names The events to deliver; without any, all events are.
 * @example `{ events: eventTypes<{ unread: number }>(), select: ({ latest }) => latest.unread?.data }`
 */
export function eventTypes<Events extends object>(
  ...names: readonly (keyof Events & string)[]
): EventSchemas<Events> {
  const given: unknown = names.length > 0 ? names : undefined;
  return given as EventSchemas<Events>; // for its type alone
}

/** The events that a connection is for: their names, or a schema for each. */
export type EventsOption = readonly string[] | EventSchemas;

/** Allows a list of event names, or a schema for each name. */
export const eventsRule = rule<EventsOption>(
  'a list of event names, or an object with a Standard Schema for each',
  (value) =>
    Array.isArray(value)
      ? value.every(text.test)
      : Object(value) === value && !isFunction(value) && Object.values(Object(value)).every(isSchema),
);

/** The names of the events. */
export function eventNames(events: EventsOption): readonly string[] {
  return isList(events) ? events : Object.keys(events);
}

/** The schemas, where there are any. */
export function schemasIn(events: EventsOption | undefined): EventSchemas | undefined {
  return events && !isList(events) ? events : undefined;
}

function isList(events: EventsOption): events is readonly string[] {
  return Array.isArray(events);
}

/** Some schemas are functions, such as those of ArkType. */
function isSchema(value: unknown): boolean {
  return isFunction(Object(Object(value)['~standard']).validate);
}
