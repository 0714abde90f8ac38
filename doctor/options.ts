import { type Complete, complete, type Given, optional, rule } from '../machines/option-table.ts';
import { type CheckId, checkIds } from './checks/checks.ts';
import { settingTable } from './settings.ts';

const checksRule = rule<readonly CheckId[]>(
  `a list of these: ${checkIds.join(', ')}`,
  (value) => Array.isArray(value) && value.every((id) => checkIds.includes(id)),
);

/** The options of an examination. */
export const doctorTable = {
  ...settingTable,
  /**
   * The only checks to make.
   *
   * @example `only: ['compression', 'cors']`
   */
  only: optional(checksRule),
  /**
   * Checks to leave out.
   *
   * @example `skip: ['compression']`
   */
  skip: optional(checksRule),
};

/** The options of an examination, in addition to the URL. */
export type DoctorOptions = Given<typeof doctorTable>;

/** The choice of checks. */
export type Choice = Pick<Complete<typeof doctorTable>, 'only' | 'skip'>;

/** @throws TypeError that names the option, its value and what is allowed. */
export function completeOptions(options: DoctorOptions): Complete<typeof doctorTable> {
  const unknown = Object.keys(options).find((name) => !(name in doctorTable));
  if (unknown) {
    throw new TypeError(
      `There is no option \`${unknown}\`. There are ${Object.keys(doctorTable).join(', ')}.`,
    );
  }
  const settings = complete(options, doctorTable);
  if (settings.watch < settings.timeout) return settings;
  throw new TypeError('`timeout` must be longer than `watch`, or there is no time for anything else.');
}

/** @throws TypeError when it is not an absolute URL of HTTP or HTTPS. */
export function targetOf(url: string | URL): URL {
  const target = URL.parse(String(url));
  if (target && /^https?:$/.test(target.protocol)) return target;
  throw new TypeError('`url` must be a whole URL that begins with http:// or https://.');
}
