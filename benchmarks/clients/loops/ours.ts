import { createConnection } from '../../../index.ts';
import type { OpenLoop } from './loops.ts';

export const open: OpenLoop = async ({ url, take }) => {
  const connection = createConnection(url, { parse: 'text', overflow: 'wait' });
  for await (const { data } of connection) await take(data);
};
