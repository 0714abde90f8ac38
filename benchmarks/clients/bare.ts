import { createParser } from 'eventsource-parser';
import type { Open } from './client.ts';
import { readText } from './fetch-text.ts';

/** The limit: what reading an event stream with `fetch` costs when nothing else is done. */
export const open: Open = async ({ url, receive }) => {
  const parser = createParser({ onEvent: ({ data }) => receive(data) });
  await readText(url, (text) => parser.feed(text));
};
