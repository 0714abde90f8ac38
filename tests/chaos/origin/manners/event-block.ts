import type { Delivery } from '../../client/client.ts';
import type { LoggedEvent } from '../event-log.ts';

/** A block as it travels, with an ID or without. */
export function blockOf({ event, data }: Pick<Delivery, 'event' | 'data'>, id?: number): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\n${lines.join('')}\n`;
}

/** Of which entry a message without an ID is: its data begins with it. */
export function idIn(data: string): number {
  return Number.parseInt(data, 10);
}

/** The next entry that is a message. */
export function nextAfter(log: readonly LoggedEvent[], id: number): number | undefined {
  return log.slice(id, id + 100).find(({ message }) => message)?.id;
}
