import { inject } from 'vitest';
import type { ScriptedPeer } from '../../../testing/scripted.ts';
import type { ScriptedCall, ScriptedReport } from './scripted-control.ts';

/** A scripted server of a test that lives in a browser: its verbs, and what there is to be seen of it. */
export interface RemoteScriptedServer
  extends Pick<ScriptedPeer, 'accept' | 'refuse' | 'stall' | 'send' | 'end' | 'drop'> {
  readonly url: string;
  look(): Promise<ScriptedReport>;
  close(): Promise<void>;
}

let count = 0;

export async function startRemoteScriptedServer(): Promise<RemoteScriptedServer> {
  count += 1;
  const id = `${inject('scripted')}/${count}-${Math.random().toString(36).slice(2)}`;
  const call = async (
    verb: ScriptedCall['verb'],
    given: readonly unknown[] = [],
  ): Promise<ScriptedReport> => {
    const response = await fetch(id, { method: 'POST', body: JSON.stringify({ verb, given }) });
    const report = (await response.json()) as ScriptedReport;
    if (report.error) throw new Error(report.error);
    return report;
  };
  const saying =
    (verb: ScriptedCall['verb']) =>
    async (...given: unknown[]): Promise<void> =>
      void (await call(verb, given));
  const { url } = await call('look');
  return {
    url,
    accept: saying('accept'),
    refuse: saying('refuse'),
    stall: saying('stall'),
    send: saying('send'),
    end: saying('end'),
    drop: saying('drop'),
    look: () => call('look'),
    close: saying('close'),
  };
}
