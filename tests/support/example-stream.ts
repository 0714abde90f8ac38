import type { Plugin } from 'vite';

/** Serves the stream that the examples connect to, from the origin of the page. */
export function exampleStream(): Plugin {
  return {
    name: 'example-stream',
    configureServer({ middlewares }) {
      middlewares.use('/api/events', (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: notification\nid: 1\ndata: {"title":"Hello"}\n\n');
      });
    },
  };
}
