import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { createComponentConnection, type ServerSentEventsOptions } from 'sse-machine';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../answer.ts';
import { aiSdk } from './ai-sdk.ts';
import { anthropic } from './anthropic.ts';
import * as fixtures from './fixtures.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';

const { text } = fixtures;

describe.each([
  ['the AI SDK', gatherer(aiSdk), fixtures.aiSdkStream],
  ["OpenAI's Chat Completions", gatherer(openAiChat), fixtures.openAiChatStream],
  ["OpenAI's Responses", gatherer(openAiResponses), fixtures.openAiResponsesStream],
  ["Anthropic's Messages", gatherer(anthropic), fixtures.anthropicStream],
])('an answer of %s', (_, gather, { whole, limited, failed }) => {
  test.each([1, 7, 1_000_000])('is gathered whole, in chunks of %i bytes', async (size) => {
    expect(await gather(whole, size)).toEqual({
      answer: { text, status: 'done' },
      status: 'closed',
      requests: 1,
    });
  });

  test('that reached a limit, or was stopped, says so', async () => {
    expect(await gather(limited)).toEqual({
      answer: { text, status: 'stopped' },
      status: 'closed',
      requests: 1,
    });
  });

  test('that failed says so, and the connection closes as with any other', async () => {
    const answer = { text, status: 'failed', error: 'Overloaded' };
    expect(await gather(failed)).toEqual({ answer, status: 'closed', requests: 1 });
  });

  test('that is cut off is none that is whole', async () => {
    const { answer, status } = await gather(whole.slice(0, whole.lastIndexOf('\n', whole.length - 3)));
    expect(answer).toMatchObject({ text, status: 'writing' });
    expect(status).toBe('failed');
  });
});

test("OpenAI's Responses may fail in two ways", async () => {
  const answer = { text: '', status: 'failed', error: 'Overloaded' };
  expect(await gatherer(openAiResponses)(fixtures.openAiResponsesFailure)).toEqual({
    answer,
    status: 'closed',
    requests: 1,
  });
});

test('texts before and after the call of a tool are paragraphs of their own', async () => {
  const parts = ['One.', 'Two.'].flatMap((delta, id) => [
    { type: 'text-start', id },
    { type: 'text-delta', id, delta },
    { type: 'text-end', id },
  ]);
  const stream = [...parts.map((part) => JSON.stringify(part)), '[DONE]'].map((data) => `data: ${data}\n\n`);
  expect((await gatherer(aiSdk)(stream.join(''))).answer).toEqual({ text: 'One.\n\nTwo.', status: 'done' });
});

/** Makes what asks a server that sends this, and gathers the answer as the hooks do. */
function gatherer<Events extends object>(reducer: ServerSentEventsOptions<Events, Answer>) {
  return async (body: string, size = 100) => {
    await using server = await startServer(body, size);
    const component = createComponentConnection<Events, Answer>();
    const store = component.storeFor(server.url, { ...reducer, method: 'POST' });
    component.enter(store, server.url);
    await new Promise<void>((resolve) => {
      store.subscribe(() => {
        if (['closed', 'failed'].includes(store.get().status)) resolve();
      });
    });
    const { data: answer, status } = store.get();
    return { answer, status, requests: server.requests };
  };
}

/** Serves a stream in chunks of so many bytes, whatever they cut. */
async function startServer(body: string, size: number) {
  let requests = 0;
  const server = createServer(async (_, response) => {
    requests += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const bytes = Buffer.from(body);
    for (let start = 0; start < bytes.length; start += size) {
      response.write(bytes.subarray(start, start + size));
      await setImmediate();
    }
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
