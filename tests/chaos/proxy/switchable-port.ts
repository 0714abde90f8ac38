import { createServer, type Server, type Socket } from 'node:net';
import { listenAnywhere, listenAt } from '../../support/ports.ts';

/** A port of its own that refuses connections as long as it is shut. */
export interface SwitchablePort extends AsyncDisposable {
  readonly port: number;
  /** From now on nobody listens. What is connected stays so. */
  shut(): void;
  open(): Promise<void>;
}

export async function openSwitchablePort(enter: (socket: Socket) => void): Promise<SwitchablePort> {
  let server: Server | undefined;
  const create = () => createServer({ allowHalfOpen: true, noDelay: true }, enter);

  server = create();
  const port = await listenAnywhere(server, '127.0.0.1');

  async function open(): Promise<void> {
    if (server) return;
    const next = create();
    await listenAt(next, port, '127.0.0.1');
    server = next;
  }

  function shut(): void {
    server?.close();
    server = undefined;
  }
  return {
    port,
    shut,
    open,
    [Symbol.asyncDispose]: async () => shut(),
  };
}
