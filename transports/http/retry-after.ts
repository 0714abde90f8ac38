/**
 * Reads how long a server asks to wait, in milliseconds from its answer; `undefined` when it does not say so
 * in a way that can be understood. A date is held against the server's own clock where its answer shows it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterOf(headers: Pick<Headers, 'get'>): number | undefined {
  const value = headers.get('retry-after') ?? '';
  const answeredAt = Date.parse(headers.get('date') ?? '') || Date.now();
  const wait = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - answeredAt;
  return wait > 0 ? wait : undefined;
}
