import { randomUUID } from 'node:crypto';

/** The tokens that the event stream knows. It asks for one only while it answers 401 to everybody else. */
export interface Tokens {
  issue(): string;
  isValid(token: string): boolean;
  /** Whoever has one needs another. */
  revokeAll(): void;
}

export function createTokens(): Tokens {
  const valid = new Set<string>();

  return {
    issue() {
      const token = randomUUID();
      valid.add(token);
      return token;
    },
    isValid: (token) => valid.has(token),
    revokeAll: () => valid.clear(),
  };
}
