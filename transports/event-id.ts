const controlCharacter = /\p{Cc}/u;

/**
 * Whether a header can carry an ID. The standard ignores an ID with NUL; one with another control character
 * would stop every later request.
 */
export function isSendable(id: string): boolean {
  return !controlCharacter.test(id);
}
