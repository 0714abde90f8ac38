import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { quiet } from '../support/until.ts';
import { publish } from './ask.ts';
import type { RunningServer } from './run-server.ts';

/**
 * A client that asks for more than all buffers on the way hold, and reads nothing: it does not see the end of its stream.
 *
 * @returns Lets go of its socket.
 */
export async function startDeafClient(server: RunningServer): Promise<() => void> {
  const text = 'x'.repeat(90_000);
  for (let count = 0; count < 80; count += 1) await publish(server, { text });
  const letGo = await (server.origin.startsWith('https') ? deafOverHttp2(server) : deafOverHttp1(server));
  // Until the buffers are full.
  await quiet(200);
  return letGo;
}

async function deafOverHttp1({ port, path }: RunningServer): Promise<() => void> {
  const socket = connect({ port, host: 'localhost' });
  socket.on('error', () => undefined);
  const head = [
    `GET ${path}?lastEventId=0&token=user-deaf HTTP/1.1`,
    'Host: localhost',
    'Accept: text/event-stream',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  // Some bytes are there, and nobody takes them.
  await new Promise<void>((resolve) => socket.once('readable', resolve));
  return () => socket.destroy();
}

async function deafOverHttp2({ origin, path }: RunningServer): Promise<() => void> {
  const session = connectHttp2(origin, { rejectUnauthorized: false });
  session.on('error', () => undefined);
  const exchange = session.request({ ':path': `${path}?lastEventId=0&token=user-deaf` });
  exchange.on('error', () => undefined);
  await new Promise((resolve) => exchange.once('response', resolve));
  return () => session.destroy();
}
