/**
 * Reads how long a server asks to wait, in milliseconds from its answer; undefined when the header is missing,
 * invalid or in the past. A date is compared with the server's own clock (`Date`), if the answer has it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterOf(headers: Pick<Headers, 'get'>): number | undefined {
  const value = headers.get('retry-after') ?? '';
  const answeredAt = Date.parse(headers.get('date') ?? '') || Date.now();
  const wait = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - answeredAt;
  return wait > 0 ? wait : undefined;
}
