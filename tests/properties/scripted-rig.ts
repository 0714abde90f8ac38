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
import type { Remark, Word } from './steps.ts';

interface Attempt {
  readonly say: (event: TransportEvent) => void;
  phase: 'request' | 'stream';
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
  oracle.onRequest = (refresh) => {
    oracle.made(refresh);
    const word = prepared.expected.shift();
    if (word) tell(oracle, word, 'request');
  };

  const told: string[] = [];
  const expected: string[] = [];
  oracle.onCommand = (command) => expected.push(command);

  begin = ({ input, sendBack, receive }) => {
    const { lastEventId, refresh } = input;
    const attempt: Attempt = { say: sendBack, phase: 'request', alive: true };
    attempts.push(attempt);
    requests.push({ at: clock.now(), lastEventId, refresh });
    receive(({ type }) => told.push(type === 'stream.prove' ? 'prove' : 'settle'));
    const word = prepared.actual.shift();
    if (word) speak(attempt, word, clock.now());
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
      const alive = attempts.filter((attempt) => attempt.alive);
      if (by === 'over') {
        const late = attempts.filter((attempt) => !attempt.alive).at(-1);
        if (late) speak(late, word, clock.now());
        return;
      }
      const speaker = by === 'replaced' && alive.length > 1 ? alive[0] : alive.at(-1);
      if (!speaker) return;
      tell(oracle, word, speaker.phase);
      speak(speaker, word, clock.now());
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
      if (told.join() !== expected.join()) faults.push(`told to ${told}, not to ${expected}`);
      told.length = expected.length = 0;
    },
    stop: () => void actor.stop(),
  };
}

/** Tells the oracle what it hears of a word: a request has other things to say than a stream. */
function tell(oracle: Oracle, word: Word, phase: Attempt['phase']): void {
  if (word.say === 'restart') oracle.restarted();
  if (phase === 'request') {
    if (word.say === 'ready') oracle.ready(word.unsafe, word.resumable);
    if (word.say === 'accept') oracle.accepted();
    if (word.say === 'move') oracle.moved();
    if (word.say === 'fail') oracle.requestFailed(word.fault, word.facts);
  } else {
    if (word.say === 'deliver') oracle.delivered(word.ids, word.id, word.retry);
    if (word.say === 'fail') oracle.streamFailed(word.fault, word.facts);
    if (word.say === 'end') oracle.streamEnded(word.facts, word.final, word.hadMessages);
    if (word.say === 'expire') oracle.expires();
    if (word.say === 'alive') oracle.aliveAgain();
    if (word.say === 'oversleep') oracle.overslept();
    if (word.say === 'overrun') oracle.overran();
    if (word.say === 'progress') oracle.progressed();
  }
}

const remarks: Record<'request' | 'stream', Partial<Record<Remark, TransportEvent>>> = {
  request: { restart: { type: 'transport.restarted' }, move: { type: 'request.moved' } },
  stream: {
    restart: { type: 'transport.restarted' },
    expire: { type: 'stream.expiring' },
    alive: { type: 'stream.alive' },
    oversleep: { type: 'stream.overslept' },
    overrun: { type: 'stream.overran' },
    progress: { type: 'stream.progressed' },
  },
};

function speak(attempt: Attempt, word: Word, at: number): void {
  const event = eventOf(word, attempt.phase, at);
  if (!event) return;
  if (event.type === 'request.accepted') attempt.phase = 'stream';
  attempt.say(event);
}

function eventOf(word: Word, phase: Attempt['phase'], at: number): TransportEvent | undefined {
  const isRequest = phase === 'request';
  switch (word.say) {
    case 'ready':
      return isRequest
        ? { type: 'request.ready', unsafe: word.unsafe, resumable: word.resumable }
        : undefined;
    case 'accept':
      return isRequest ? { type: 'request.accepted', at } : undefined;
    case 'deliver': {
      const messages = word.ids.map((id) => ({ event: 'message', data: null, id }));
      const { id: lastEventId, retry } = word;
      return isRequest ? undefined : { type: 'stream.messages', messages, lastEventId, retry };
    }
    case 'fail': {
      const error = { ...word.fault, message: '' };
      return { type: isRequest ? 'request.failed' : 'stream.failed', error, at, ...factsOf(word.facts) };
    }
    case 'end': {
      const { final, hadMessages, facts } = word;
      const error = { kind: 'ended', message: '' } as const;
      return isRequest
        ? undefined
        : { type: 'stream.ended', error, at, final, hadMessages, ...factsOf(facts) };
    }
    default:
      return remarks[phase][word.say];
  }
}

function factsOf({ jittered, ...facts }: (Word & { say: 'fail' })['facts']) {
  return { ...facts, jitter: jittered === undefined ? undefined : () => jittered };
}
