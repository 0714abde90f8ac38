import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { OpenLoop } from './loops.ts';

/** The limit: a pipe of the platform, which reads no further while the loop waits. */
export const open: OpenLoop = async ({ url, take }) => {
  const { body } = await fetch(url, { headers: { accept: 'text/event-stream' }, cache: 'no-store' });
  if (!body) throw new Error('The answer has no body.');
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) await take(data);
};
