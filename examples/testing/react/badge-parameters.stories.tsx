import { http } from 'msw';
import { createScriptedResolver } from 'sse-machine/testing';
import { Badge } from './badge.tsx';

const server = createScriptedResolver();

export default {
  component: Badge,
  parameters: { msw: { handlers: [http.get('/api/unread', server.resolver)] } },
};

export const Live = {
  async play() {
    await server.accept();
    await server.send({ data: { unread: 3 } });
  },
};
