// The part of `node:http` that a scripted server uses. The types of Node itself would bring all of Node's globals
// into a package that is for browsers too.

export interface NodeSocket {
  readonly destroyed: boolean;
  destroy(): void;
  resetAndDestroy(): void;
  once(event: 'close', listener: () => void): void;
}

export interface NodeRequest extends AsyncIterable<string> {
  readonly method?: string;
  readonly url?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: NodeSocket;
  setEncoding(encoding: 'utf8'): this;
}

export interface NodeResponse {
  readonly closed: boolean;
  writeHead(status: number, headers: Readonly<Record<string, string>>): this;
  write(bytes: Uint8Array, done: () => void): void;
  end(bytes?: Uint8Array): void;
  once(event: 'close', listener: () => void): void;
}

export interface NodeServer {
  listen(port: number, host: string): void;
  address(): { readonly port: number } | string | null;
  close(done: () => void): void;
  closeAllConnections(): void;
  once(event: 'listening', listener: () => void): void;
  once(event: 'error', listener: (error: unknown) => void): void;
  off(event: 'error', listener: (error: unknown) => void): void;
}

export interface NodeHttp {
  createServer(listener: (request: NodeRequest, response: NodeResponse) => void): NodeServer;
}

/**
 * Gets `node:http` without an import, because a bundle with such an import does not load in a browser.
 *
 * @throws Error where there is no Node, or where Node is older than 20.16.
 */
export function nodeHttp(): NodeHttp {
  const { process } = globalThis as { readonly process?: { getBuiltinModule?(name: string): unknown } };
  const http = process?.getBuiltinModule?.('node:http');
  if (http) return http as NodeHttp;
  throw new Error(
    'A scripted server needs Node, 20.16 or later. Use `createScriptedTransport()` here, or start the server beside the browser.',
  );
}
