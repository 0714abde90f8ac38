let token = 'none yet';

/** Asked anew at every attempt. */
export function authorization(): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

/** Called after a 401: once for both connections, because both have this function. */
export async function renewToken(): Promise<void> {
  const response = await fetch('/token', { method: 'POST' });
  const answer: { token: string } = await response.json();
  token = answer.token;
}
