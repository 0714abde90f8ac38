import { randomUUID } from 'node:crypto';

/** The tokens that the event stream knows. It asks for one only while it answers 401 to everybody else. */
export interface Tokens {
  issue(): string;
  isValid(token: string): boolean;
  /** Makes all tokens invalid. */
  revokeAll(): void;
}

export function createTokens(): Tokens {
  const valid = new Set<string>();

  return {
    issue() {
      const token = randomUUID();
      valid.add(token);
      const [oldest] = valid;
      if (valid.size > mostTokens && oldest !== undefined) valid.delete(oldest);
      return token;
    },
    isValid: (token) => valid.has(token),
    revokeAll: () => valid.clear(),
  };
}

/** More than the panels of any number of pages use at a time. */
const mostTokens = 1_000;
