import type { Delivery } from '../client.ts';

/** A block as it travels, with an ID or without. */
export function blockOf({ event, data }: Pick<Delivery, 'event' | 'data'>, id?: number): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\n${lines.join('')}\n`;
}
