import type { ConnectionStatus } from '../machines/connection.ts';
import { resourceOf } from '../transports/resource.ts';

/** How many streams to one URL cause the warning. Over HTTP/1.1, a browser opens six connections to an origin. */
const many = 4;

const streams = new Map<string, Set<object>>();
let hasWarned = false;

/**
 * In development, warns once when a page has many streams to one URL. Hot replacement runs a module again, which
 * connects again, and nobody closes the former connection. In production, a bundler removes the body.
 */
export function countStreams(connection: object, url: unknown, status: ConnectionStatus): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      if (hasWarned || typeof document === 'undefined' || typeof url === 'function') return;
      const address = String(url);
      const toAddress = streams.get(address) ?? new Set();
      if (status === 'connecting' || status === 'open') toAddress.add(connection);
      else toAddress.delete(connection);
      if (toAddress.size > 0) streams.set(address, toAddress);
      else streams.delete(address);
      if (toAddress.size < many) return;
      hasWarned = true;
      streams.clear();
      console.warn(
        `${many} connections to '${resourceOf(address)}' are open at once, and a browser has six sockets for an origin over HTTP/1.1. If hot module replacement has run a module again, the connection that it made before goes on: end it with \`import.meta.hot?.dispose(() => connection.close())\`. Components that give the option \`share: true\` use one connection.`,
      );
    }
  } catch {}
}

declare const process: { env: { NODE_ENV?: string } };
