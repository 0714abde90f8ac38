// @vitest-environment jsdom
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { enableAutoUnmount, mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AnswerServer, startAnswerServer } from '../../tests/support/llm/answer-server.ts';
import { Answer } from './react/shortest.tsx';
import Shortest from './vue/Shortest.vue';

let server: AnswerServer;

beforeEach(async () => {
  server = await startAnswerServer();
});

enableAutoUnmount(afterEach);

afterEach(async () => {
  cleanup();
  await server[Symbol.asyncDispose]();
});

test.each([
  ['React', (url: string) => void render(<Answer url={url} question="Why?" />)],
  [
    'Vue',
    (url: string) => void mount(Shortest, { props: { url, question: 'Why?' }, attachTo: document.body }),
  ],
])('the shortest example in %s shows an answer, and carries it on', async (_, show) => {
  show(`${server.url}/1`);
  await waitFor(() => expect(server.asked.map(({ question }) => question)).toEqual(['Why?']));
  server.asked[0]?.say('Be');
  await screen.findByText('Be');
  server.cut();
  server.asked[0]?.say('cause.');
  await screen.findByText('Because.');
  expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
});
