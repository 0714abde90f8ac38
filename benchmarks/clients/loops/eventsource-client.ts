import { createEventSource } from 'eventsource-client';
import type { OpenLoop } from './loops.ts';

export const open: OpenLoop = async ({ url, take }) => {
  for await (const { data } of createEventSource(url)) await take(data);
};
