/**
 * Reads how long a server asks to wait, in milliseconds from its answer; `undefined` when it does not say so
 * in a way that can be understood. A date is held against the server's own clock where its answer shows it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  // Only a date has a month in letters; `Date.parse` alone would take '-5' for a year.
  const date = /[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  const answeredAt = Date.parse(headers.get('date') ?? '');
  return Math.max(0, date - (Number.isNaN(answeredAt) ? Date.now() : answeredAt));
}
