import { inject } from 'vitest';
import type { ControlCall, ControlReport, ScriptedAnswer } from './sse-control.ts';

export type { ScriptedAnswer } from './sse-control.ts';

/** A real HTTP server of a test that lives in a browser. */
export interface RemoteSseServer {
  readonly url: string;
  answer(...answers: ScriptedAnswer[]): Promise<ControlReport>;
  publish(data: string, event?: string): Promise<ControlReport>;
  write(text: string): Promise<ControlReport>;
  drop(): Promise<ControlReport>;
  end(): Promise<ControlReport>;
  refuse(): Promise<ControlReport>;
  listen(): Promise<ControlReport>;
  look(): Promise<ControlReport>;
  stop(): Promise<ControlReport>;
}

let count = 0;

export async function startRemoteSseServer(): Promise<RemoteSseServer> {
  count += 1;
  const id = `${inject('control')}/${count}-${Math.random().toString(36).slice(2)}`;
  const call = async (command: ControlCall): Promise<ControlReport> => {
    const response = await fetch(id, { method: 'POST', body: JSON.stringify(command) });
    return (await response.json()) as ControlReport;
  };
  const { url } = await call({ verb: 'look' });
  return {
    url,
    answer: (...answers) => call({ verb: 'answer', answers }),
    publish: (data, event) => call({ verb: 'publish', data, ...(event && { event }) }),
    write: (text) => call({ verb: 'write', text }),
    drop: () => call({ verb: 'drop' }),
    end: () => call({ verb: 'end' }),
    refuse: () => call({ verb: 'refuse' }),
    listen: () => call({ verb: 'listen' }),
    look: () => call({ verb: 'look' }),
    stop: () => call({ verb: 'stop' }),
  };
}
