import { createServer, type Server, type Socket } from 'node:net';

/** A port of its own that refuses connections as long as it is shut. */
export interface SwitchablePort extends AsyncDisposable {
  readonly port: number;
  /** From now on nobody listens. What is connected stays so. */
  shut(): void;
  open(): Promise<void>;
}

/** Below those that the system gives to whoever asks for any: nobody takes the port while it is shut. */
const ports = { least: 15_000, most: 29_999 };

export async function openSwitchablePort(enter: (socket: Socket) => void): Promise<SwitchablePort> {
  let server: Server | undefined;
  let port = 0;

  async function listen(at: number): Promise<void> {
    const next = createServer({ allowHalfOpen: true, noDelay: true }, enter);
    await new Promise<void>((resolve, reject) => {
      next.once('error', reject).listen(at, '127.0.0.1', resolve);
    });
    server = next;
    port = at;
  }

  for (let tries = 0; !server; tries += 1) {
    const any = ports.least + Math.floor(Math.random() * (ports.most - ports.least));
    await listen(any).catch((error) => {
      if (tries > 100) throw error;
    });
  }

  function shut(): void {
    server?.close();
    server = undefined;
  }
  return {
    port,
    shut,
    open: async () => (server ? undefined : listen(port)),
    [Symbol.asyncDispose]: async () => shut(),
  };
}
