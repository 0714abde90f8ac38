import { createActor, fromCallback } from 'xstate';
import {
  connectionMachine,
  type TransportCommand,
  type TransportEvent,
  type TransportInput,
} from '../../machines/connection.ts';
import type { ConnectionSettings } from '../../machines/settings.ts';
import { createTestClock } from '../../testing/clock.ts';
import { Oracle } from './oracle.ts';
import type { Rig, SeenRequest } from './rig.ts';
import type { Word } from './steps.ts';

interface Attempt {
  readonly say: (event: TransportEvent) => void;
  alive: boolean;
}

type Begin = Parameters<typeof fromCallback<TransportCommand, TransportInput>>[0];

/** The attempts of the rig that is under test. The machine is made once: to make it takes longer than to run it. */
let begin: Begin;
const machine = connectionMachine.provide({
  actors: { transport: fromCallback<TransportCommand, TransportInput>((given) => begin(given)) },
});

/** The machine alone: what stands for the transport says any word at any time, with any facts. */
export function scriptedRig(settings: ConnectionSettings): Rig {
  const clock = createTestClock();
  const attempts: Attempt[] = [];
  const requests: SeenRequest[] = [];
  const faults: unknown[] = [];
  const prepared = { actual: [] as Word[], expected: [] as Word[] };
  const oracle = new Oracle(settings, {
    now: clock.now,
    hidden: false,
    offline: false,
    connectTimeout: 0,
    idleTimeout: 0,
    facts: () => ({ random: 0 }),
    watched: false,
  });
  oracle.onAttempt = () => {
    oracle.requested();
    const word = prepared.expected.shift();
    if (word) tell(oracle, word);
  };

  const told: string[] = [];
  const expected: string[] = [];
  oracle.onReplace = (renews) => expected.push(`replace ${renews}`);
  oracle.onProve = () => expected.push('prove');

  let backoff = 0;
  begin = ({ input, sendBack, receive }) => {
    const { lastEventId, refresh } = input;
    const attempt: Attempt = { say: sendBack, alive: true };
    attempts.push(attempt);
    requests.push({ at: clock.now(), lastEventId, refresh });
    ({ backoff } = input);
    receive((command) => {
      if ('backoff' in command) ({ backoff } = command);
      if (command.type !== 'budget.restored')
        told.push(command.type === 'stream.prove' ? 'prove' : `replace ${command.refresh}`);
    });
    const word = prepared.actual.shift();
    if (word) sendBack(eventOf(word, clock.now()));
    return () => {
      attempt.alive = false;
    };
  };
  const actor = createActor(machine, { input: settings, clock });

  return {
    actor,
    clock,
    oracle,
    requests,
    faults,
    get alive() {
      return attempts.filter(({ alive }) => alive).length;
    },
    say(word, by) {
      const isLate = by === 'over';
      const over = attempts.filter(({ alive }) => !alive);
      if (!isLate && over.length < attempts.length) tell(oracle, word);
      const speaker = isLate ? over.at(-1) : attempts.at(-1);
      speaker?.say(eventOf(word, clock.now()));
    },
    prepare(words) {
      prepared.actual.push(...words);
      prepared.expected.push(...words);
    },
    signal(signal) {
      actor.send({ type: signal, at: clock.now() });
      oracle.signalled(signal);
    },
    settle() {
      // The transport is told what the next wait would be, so that an app can spread it in its own way.
      if (told.join() !== expected.join()) faults.push(`told to ${told}, not to ${expected}`);
      if (oracle.isLive && Math.abs(backoff - oracle.backoff) > 0.5)
        faults.push(`told to wait ${backoff}, not ${oracle.backoff}`);
    },
    stop: () => void actor.stop(),
  };
}

function tell(oracle: Oracle, word: Word): void {
  if (word.say === 'accept') oracle.opened();
  if (word.say === 'deliver') oracle.delivered(word.ids, word.id, word.retry);
  if (word.say === 'fail') oracle.failed(word.fault, word.facts);
  if (word.say === 'end') oracle.failed({ kind: 'ended' }, word.facts, true, word.final);
  if (word.say === 'restart') oracle.restarted();
  if (word.say === 'expire') oracle.expires();
  if (word.say === 'doubt') oracle.doubted();
  if (word.say === 'unsafe') oracle.mayRepeatAnEffect();
  if (word.say === 'lose') oracle.lost();
}

function eventOf(word: Word, at: number): TransportEvent {
  switch (word.say) {
    case 'accept':
      return { type: 'transport.opened', at };
    case 'deliver': {
      const messages = word.ids.map((id) => ({ event: 'message', data: null, id }));
      return { type: 'transport.messages', messages, lastEventId: word.id, retry: word.retry };
    }
    case 'fail':
      return { type: 'transport.failed', error: { ...word.fault, message: '' }, at, ...word.facts };
    case 'end':
      return {
        type: 'transport.ended',
        error: { kind: 'ended', message: '' },
        at,
        final: word.final,
        ...word.facts,
      };
    case 'restart':
      return { type: 'transport.restarted' };
    case 'expire':
      return { type: 'transport.expiring' };
    case 'doubt':
      return { type: 'transport.doubted' };
    case 'unsafe':
      return { type: 'transport.unsafe' };
    case 'lose':
      return { type: 'transport.lost' };
  }
}
