import { spawn } from 'node:child_process';
import type { Scenario } from '../scenarios.ts';
import { accept, message, refuse } from '../server.ts';

/** Opens a stream in Node, and prints the first value that is heard. */
const inNode = (script: string, setup: object) => `
  await import(${JSON.stringify(script)});
  tried.open(${JSON.stringify(setup)});
  setInterval(() => tried.heard[0] && (console.log('heard', tried.heard[0].value), process.exit()), 50);
  setTimeout(() => (console.error(tried.told.join('\\n')), process.exit()), 8_000);`;

export const asking: readonly Scenario[] = [
  {
    rows: ['headers'],
    async run(trial) {
      const { visits } = trial.play((_, visit) => accept(visit, message(1)));
      await trial.open({ headers: { authorization: 'Bearer token' } });
      await trial.until(() => visits.length > 0);
      const sent = visits[0]?.headers.authorization;
      return { headers: { holds: sent === 'Bearer token', seen: sent ?? 'no header' } };
    },
  },
  {
    rows: ['anyName', 'eventStreamTab'],
    async run(trial) {
      const session = await trial.page.context().newCDPSession(trial.page);
      await session.send('Network.enable');
      let shown = 0;
      session.on('Network.eventSourceMessageReceived', ({ data }) => {
        if (data.includes('"count"')) shown += 1;
      });
      trial.play((_, visit) => accept(visit, message(1) + message(2, { event: 'surprise' }) + message(3)));
      await trial.open();
      await trial.until(async () => (await trial.heard()).some(({ value }) => value === 3));
      const heard = (await trial.heard()).map(({ event }) => event);
      await session.detach();
      return {
        anyName: { holds: heard.includes('surprise'), seen: `heard ${heard.join(', ')}` },
        eventStreamTab: { holds: shown === 3, seen: `${shown} messages shown` },
      };
    },
  },
  {
    rows: ['saysWhy'],
    async run(trial) {
      const { visits } = trial.play((_, visit) => refuse(visit, 403));
      await trial.open();
      await trial.until(() => visits.length > 0);
      const holds = await trial.until(
        async () => (await trial.told()).some((text) => /\b403\b/.test(text)),
        3_000,
      );
      return { saysWhy: { holds, seen: (await trial.told())[0] || 'nothing' } };
    },
  },
  {
    rows: ['interface'],
    async run(trial) {
      trial.play((_, visit) => accept(visit));
      const lacking = await trial.page.evaluate(
        ([url, withOption]) => globalThis.tried.lacks(url, withOption),
        [`${trial.origin()}/events`, trial.withOption] as const,
      );
      return {
        interface: { holds: lacking.length === 0, seen: `${lacking.length} of its members are missing` },
      };
    },
  },
  {
    rows: ['node'],
    ownPort: true,
    async run({ peer, row, withOption, server, scriptForNode }) {
      server.play('127', (_, visit) => accept(visit, message(1)));
      const setup = { url: `http://127.0.0.1:${server.port}/events`, row, withOption };
      const child = spawn(process.execPath, ['--input-type=module', '-e', inNode(scriptForNode, setup)]);
      let [printed, failed] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
      child.stderr.setEncoding('utf8').on('data', (text) => (failed += text));
      await new Promise((resolve) => child.once('close', resolve));
      const reason = /^\w*Error: .*/m.exec(failed)?.[0] ?? 'nothing heard';
      return { node: { holds: printed.includes('heard 1'), seen: printed.trim() || `${peer}: ${reason}` } };
    },
  },
];
