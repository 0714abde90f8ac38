/** A number that a person can set. */
export interface Parameter {
  readonly name: string;
  readonly label: string;
  readonly unit?: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Only these. */
  readonly choices?: readonly number[];
}

/** The reason, as a sentence, why a value is invalid; undefined when it is valid. */
export function validationError({ name, min, max, choices }: Parameter, value: unknown): string | undefined {
  const fits =
    typeof value === 'number' && (choices ? choices.includes(value) : value >= min && value <= max);
  if (fits) return undefined;
  const allowed = choices ? choices.join(' | ') : `a number from ${min} to ${max}`;
  return `\`${name}\` must be ${allowed}, not ${JSON.stringify(value)}.`;
}
