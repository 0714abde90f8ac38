/** The longest delay that `setTimeout` keeps, in milliseconds; a longer one fires at once. */
export const longestDelay = 2 ** 31 - 1;

/** What an option may be: as a sentence for a person, and as a test. */
export interface Rule {
  readonly allowed: string;
  readonly test: (value: unknown) => boolean;
}

/** A rule for each option of `Options`. */
export type Rules<Options> = { readonly [Key in keyof Options]-?: Rule };

/**
 * Checks the options that are given; `undefined` counts as not given.
 *
 * @throws TypeError that names the option, its value and what is allowed.
 */
export function check<Options extends object>(options: Options, rules: Rules<Options>): void {
  for (const [name, { allowed, test }] of Object.entries<Rule>(rules)) {
    const value: unknown = options[name as keyof Options];
    if (value !== undefined && !test(value)) {
      throw new TypeError(`\`${name}\` must be ${allowed}, but it is ${describe(value)}.`);
    }
  }
}

/** The options that are given, for a spread over defaults: `undefined` counts as not given. */
export function withoutUndefined<Options extends object>(
  options: Options,
): { [Key in keyof Options]: Exclude<Options[Key], undefined> } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Key in keyof Options]: Exclude<Options[Key], undefined> };
}

export const milliseconds: Rule = {
  allowed: `a number of milliseconds from 0 to ${longestDelay}`,
  test: (value) => typeof value === 'number' && value >= 0 && value <= longestDelay,
};

export const flag: Rule = { allowed: 'true or false', test: (value) => typeof value === 'boolean' };

export const callback: Rule = { allowed: 'a function', test: (value) => typeof value === 'function' };

export function oneOf(words: readonly string[]): Rule {
  return {
    allowed: words.map((word) => `'${word}'`).join(' | '),
    test: (value) => words.includes(value as string),
  };
}

/** Numbers, flags and short words are shown; whatever else it is may be private. */
function describe(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? 'a long string' : `'${value}'`;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
