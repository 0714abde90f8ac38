/** The longest delay that `setTimeout` keeps, in milliseconds; a longer one fires at once. */
export const longestDelay = 2 ** 31 - 1;

/** The values that are allowed: as words for a person, and as a test. */
export interface Rule<Value = unknown> {
  readonly allowed: string;
  readonly test: (value: unknown) => value is Value;
}

/** An option: the values that it may have, and the one that it has when it is not given. */
export interface Option<Value = unknown> extends Rule<Value> {
  readonly default: Value;
}

/** Everything about some options, by name. Their types, their checks and their documentation derive from it. */
export type OptionTable = Readonly<Record<string, Option>>;

/** The options of a table as a user gives them; `undefined` counts as not given. */
export type Given<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: Table[Name]['default'] | undefined;
};

/** The options of a table with the defaults filled in. */
export type Complete<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name]['default'];
};

/** An option with a default. */
export function option<Value>(standard: NoInfer<Value>, rule: Rule<Value>): Option<Value> {
  return { ...rule, default: standard };
}

/** An option that may be left out. */
export function optional<Value>(rule: Rule<Value>): Option<Value | undefined> {
  return { ...(rule as Rule<Value | undefined>), default: undefined };
}

/** A rule from its words and its test. */
export function rule<Value>(allowed: string, test: (value: unknown) => boolean): Rule<Value> {
  return { allowed, test: test as Rule<Value>['test'] };
}

/** Allows a number in a range, both ends included. */
export function number(least: number, most: number): Rule<number> {
  const isInRange = (value: unknown) => typeof value === 'number' && value >= least && value <= most;
  return rule(`a number from ${least} to ${most}`, isInRange);
}

/** Allows any of some words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Rule<Word> {
  return rule(words.map((word) => `'${word}'`).join(' | '), (value) => words.includes(value as Word));
}

/** Allows a function. Its parameters and its result cannot be checked. */
export function functionOf<Signature extends (...given: never[]) => unknown>(): Rule<Signature> {
  return rule('function', isFunction);
}

/** Allows an object that has some methods. */
export function objectWith<Value extends object>(...methods: (keyof Value & string)[]): Rule<Value> {
  const names = methods.map((name) => `\`${name}\``);
  const last = names.pop();
  const allowed = `an object with ${names.length > 0 ? `${names.join(', ')} and ` : ''}${last}`;
  return rule(allowed, (value) => methods.every((name) => isFunction(Object(value)[name])));
}

/** Allows what either rule allows. */
export function either<One, Other>(one: Rule<One>, other: Rule<Other>): Rule<One | Other> {
  return rule(`${one.allowed} | ${other.allowed}`, (value) => one.test(value) || other.test(value));
}

export const milliseconds = number(0, longestDelay);
export const flag = rule<boolean>('boolean', (value) => typeof value === 'boolean');
export const text = rule<string>('string', (value) => typeof value === 'string' && value !== '');

export function isFunction(value: unknown): value is (...given: never[]) => unknown {
  return typeof value === 'function';
}

/**
 * Checks the options that are given; `undefined` counts as not given.
 *
 * @throws TypeError that names the option, its value and what is allowed.
 */
export function check(options: object, table: Readonly<Record<string, Rule>>): void {
  const invalid = firstInvalid(options, table);
  if (invalid) throw new TypeError(`\`${invalid.name}\` ${complaint(invalid.allowed, invalid.value)}`);
}

/** Finds the first option that is given and not allowed. */
export function firstInvalid(options: object, table: Readonly<Record<string, Rule>>) {
  return Object.entries(table)
    .map(([name, { allowed, test }]) => ({
      name,
      allowed,
      test,
      value: Reflect.get(options, name) as unknown,
    }))
    .find(({ value, test }) => value !== undefined && !test(value));
}

/** The end of a sentence that begins with a name: which values are allowed, and which one was given. */
export function complaint(allowed: string, value: unknown): string {
  return `must be ${allowed}, but it is ${describe(value)}.`;
}

/**
 * Checks the options that are given, and fills in the defaults.
 *
 * @throws TypeError that names the option, its value and what is allowed.
 */
export function complete<Table extends OptionTable>(given: Given<Table>, table: Table): Complete<Table> {
  check(given, table);
  const entries = Object.entries(table).map(([name, { default: standard }]) => [
    name,
    given[name] === undefined ? standard : given[name],
  ]);
  return Object.fromEntries(entries);
}

/** Shows numbers, flags and short strings. Anything else may be private, so that only its type is shown. */
function describe(value: unknown): string {
  const isPrimitive = Object(value) !== value; // `String(object)` may throw
  const shown = typeof value === 'string' ? `'${value}'` : isPrimitive && String(value);
  return shown === false || shown.length > 20 ? `of type ${typeof value}` : shown;
}
