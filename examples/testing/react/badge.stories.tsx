import { http } from 'msw';
import type { SetupWorker } from 'msw/browser';
import { createScriptedResolver, type ScriptedResolver } from 'sse-machine/testing';
import { Badge } from './badge.tsx';

let server: ScriptedResolver;

export default {
  component: Badge,
  beforeEach({ msw }: { msw: SetupWorker }) {
    server = createScriptedResolver();
    msw.use(http.get('/api/unread', server.resolver));
    return server.close;
  },
};

export const Connecting = { play: () => server.stall() };

export const Live = {
  async play() {
    await server.accept();
    await server.send({ data: { unread: 3 } });
  },
};

export const ComesBack = {
  async play() {
    await Live.play();
    await server.drop();
    await server.accept();
    await server.send({ data: { unread: 4 } });
  },
};

export const Overloaded = { play: () => server.refuse(503, { retryAfter: 60_000 }) };

export const SignedOut = { play: () => server.refuse(401) };
