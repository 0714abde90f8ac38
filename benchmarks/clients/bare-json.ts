import { createParser } from 'eventsource-parser';
import type { Open } from './client.ts';
import { readText } from './fetch-text.ts';

/** The client to compare the default `parse` with. */
export const open: Open = async ({ url, receive }) => {
  const parser = createParser({ onEvent: ({ data }) => receive(JSON.parse(data)) });
  await readText(url, (text) => parser.feed(text));
};
