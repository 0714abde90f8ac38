import { type JitterKind, jitterKinds } from '../../../../machines/jitter.ts';
import type { Parameter } from '../../protocol/parameter.ts';

/** The options of both connections, in milliseconds. */
export interface Settings {
  readonly maxRetries: number;
  readonly retryDelay: number;
  readonly maxRetryDelay: number;
  readonly idleTimeout: number;
  readonly connectTimeout: number;
  readonly stableAfter: number;
  readonly jitter: JitterKind;
  /** The requests bring a token, which can be renewed after a 401. */
  readonly token: boolean;
}

/** A setting that is a number. */
type NumberSetting = Exclude<keyof Settings, 'jitter' | 'token'>;

/** The settings that are numbers, in the order of the form. */
export const numberFields: readonly (Parameter & { readonly name: NumberSetting; readonly hint: string })[] =
  [
    {
      name: 'maxRetries',
      label: 'maxRetries',
      hint: 'gives up after',
      default: 8,
      min: 0,
      max: 1_000,
    },
    milliseconds('retryDelay', 'the longest first wait', 1_000),
    milliseconds('maxRetryDelay', 'the longest wait', 10_000),
    // More than two keep-alives of the server without a byte: the stream is dead, whatever the socket says.
    milliseconds('idleTimeout', 'silence, 0 for any', 8_000),
    // The default is a minute, too long to watch.
    milliseconds('connectTimeout', 'for an answer', 8_000),
    milliseconds('stableAfter', 'until the budget is whole', 5_000),
  ];

export const jitterField = { default: 'full', choices: jitterKinds } as const;

export const defaultSettings: Settings = {
  ...numbersOf(({ default: standard }) => standard),
  jitter: jitterField.default,
  token: false,
};

/** A number for each of the fields. */
export function numbersOf(
  value: (field: (typeof numberFields)[number]) => number,
): Record<NumberSetting, number> {
  return Object.fromEntries(numberFields.map((field) => [field.name, value(field)])) as Record<
    NumberSetting,
    number
  >;
}

function milliseconds<Name extends NumberSetting>(name: Name, hint: string, standard: number) {
  return { name, label: name, hint, unit: 'ms', default: standard, min: 0, max: 600_000 };
}
