/** An object out of a record: nothing is known of it yet. */
export type UnknownObject = Readonly<Record<string, unknown>>;

/** The value as an object to look into; undefined when it is none. */
export function readObject(value: unknown): UnknownObject | undefined {
  return typeof value === 'object' && value !== null ? (value as UnknownObject) : undefined;
}

/** Text, cut to a length that can be shown; undefined when it is none. */
export function readText(value: unknown, most = 300): string | undefined {
  if (typeof value !== 'string') return;
  return value.length > most ? `${value.slice(0, most)}…` : value;
}

/** A finite number that is not negative; undefined when it is none. */
export function readAmount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
