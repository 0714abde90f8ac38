/** Whether a request may be sent again without repeating an effect. */
export function isSafe(method: string): boolean {
  return /^(GET|HEAD)$/i.test(method);
}
