import type { LoggedEvent } from '../event-log.ts';

/** Of which entry a message without an ID is: its data begins with it. */
export function idIn(data: string): number {
  return Number.parseInt(data, 10);
}

/** The next entry that is a message. */
export function nextAfter(log: readonly LoggedEvent[], id: number): number | undefined {
  return log.slice(id, id + 100).find(({ message }) => message)?.id;
}
