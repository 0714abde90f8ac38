/** The longest delay that `setTimeout` keeps, in milliseconds; a longer one fires at once. */
export const longestDelay = 2 ** 31 - 1;

/** What an option may be: as words for a person, and as a test. */
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

/** What `typeof` says (of a string, one that is not empty), a word in quotes, or the two ends of a range. */
type Alternative = 'boolean' | 'function' | 'string' | `'${string}'` | readonly [least: number, most: number];

/** Allows what any of the alternatives allows. */
export function anyOf(...alternatives: Alternative[]): Rule {
  return {
    allowed: alternatives
      .map((one) => (typeof one === 'string' ? one : `a number from ${one[0]} to ${one[1]}`))
      .join(' | '),
    test: (value) =>
      alternatives.some((one) =>
        typeof one === 'string'
          ? one === `'${value}'` || (one === typeof value && value !== '')
          : typeof value === 'number' && value >= one[0] && value <= one[1],
      ),
  };
}

export const milliseconds = anyOf([0, longestDelay]);
export const flag = anyOf('boolean');
export const callback = anyOf('function');
export const text = anyOf('string');

/** Numbers, flags and short words are shown; whatever else it is may be private. */
function describe(value: unknown): string {
  const shown = typeof value === 'string' ? `'${value}'` : String(value);
  return Object(value) === value || shown.length > 20 ? `of type ${typeof value}` : shown;
}
