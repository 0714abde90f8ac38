import { type HttpResponseResolver, http, type RequestHandler } from 'msw';
import { expect, expectTypeOf, test } from 'vitest';
import { createScriptedResolver, type ScriptedPeer, type ScriptedResolver } from '../../testing/index.ts';

/** Takes code that is compiled and not run: the types are the test. */
const compiled = (_: () => void) => expect(compiled).toBeTypeOf('function');

test('a scripted resolver is one of every handler of MSW, with no type to be named', () => {
  compiled(() => {
    const server = createScriptedResolver();
    const handlers: RequestHandler[] = [
      http.get('/events', server.resolver),
      http.all(/events/, server.resolver, { once: true }),
      http.post<{ id: string }, { question: string }>('/answers/:id', server.resolver),
      http.post<{ id: string }, { question: string }>('/answers/:id', async (info) => {
        const { question } = await info.request.clone().json();
        expectTypeOf(question).toEqualTypeOf<string>();
        return info.params.id === '7' ? server.resolver(info) : undefined;
      }),
    ];
    const resolver: HttpResponseResolver = server.resolver;
    return [handlers, resolver];
  });
});

test('a resolver takes whatever has a request, and the server is not one', () => {
  compiled(() => {
    const server: ScriptedResolver & ScriptedPeer = createScriptedResolver({ patience: 1_000 });
    expectTypeOf(server.resolver({ request: new Request('https://app.test') })).toEqualTypeOf<
      Promise<Response>
    >();
    // @ts-expect-error The resolver is a function of it.
    http.get('/events', server);
    // @ts-expect-error There is no request.
    server.resolver({});
    // @ts-expect-error It has no port.
    createScriptedResolver({ port: 80 });
  });
});
