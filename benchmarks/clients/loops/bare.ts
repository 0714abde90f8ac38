import { EventSourceParserStream } from 'eventsource-parser/stream';
import { bodyOf } from '../fetch-text.ts';
import type { OpenLoop } from './loops.ts';

/** The limit: a pipe of the platform, which reads no further while the loop waits. */
export const open: OpenLoop = async ({ url, take }) => {
  const body = await bodyOf(url);
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) await take(data);
};
