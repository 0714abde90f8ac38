import { describe, expect, test } from 'vitest';
import { type AnyActorLogic, createActor, fromCallback, type InspectionEvent } from 'xstate';
import { type TabsEvent, type TabsWord, tabsMachine } from '../../machines/tabs.ts';
import { createTestClock } from '../../testing/clock.ts';
import { drawFrom } from '../chaos/draw.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { allTransitions, nameOfTransition } from '../tabs/transitions.ts';

/** A tab whose lock, channel and page a test plays. */
function playTab() {
  const clock = createTestClock();
  const said: string[] = [];
  const commands: string[] = [];
  const taken: string[] = [];
  const running: string[] = [];
  let drops = 0;
  const play = (name: string, said: string[]) =>
    fromCallback(({ receive }) => {
      running.push(name);
      receive(({ type }) => said.push(type));
      return () => running.splice(running.indexOf(name), 1);
    }) as AnyActorLogic;
  const machine = tabsMachine.provide({
    actors: {
      environment: play('environment', []),
      lock: play('lock', commands),
      channel: play('channel', said),
    },
    actions: {
      dropStream: () => {
        drops += 1;
      },
    },
  });
  const inspect = (event: InspectionEvent) => {
    if (event.type !== '@xstate.microstep' || event.actorRef !== actor) return;
    for (const transition of event._transitions) taken.push(nameOfTransition(transition));
  };
  const actor = createActor(machine, { input: { self: 'me' }, clock, inspect });
  actor.start();
  return {
    clock,
    said,
    commands,
    taken,
    running,
    get drops() {
      return drops;
    },
    get state() {
      return JSON.stringify(actor.getSnapshot().value).replace(/["{}]/g, '').replaceAll(':', '.');
    },
    get snapshot() {
      return actor.getSnapshot();
    },
    send(...events: TabsEvent[]) {
      for (const event of events) actor.send(event);
    },
  };
}

const answerTime = 3_000;
const wanted = { type: 'stream.wanted' } as const;
const unwanted = { type: 'stream.unwanted' } as const;
const granted = { type: 'lock.granted', at: 10 } as const;
const alive = { type: 'leader.alive' } as const;
const word = (type: TabsWord['type'], from: string, more: Partial<TabsWord> = {}): TabsWord => ({
  type,
  from,
  isVisible: true,
  since: 0,
  ...more,
});
const lead = (from: string, since = 5) => word('leader.heard', from, { since });
const opened = (from: string, since = 5) => word('leader.opened', from, { since });
const here = (from: string, isVisible = true) => word('tab.heard', from, { isVisible });
const page = (state: 'hidden' | 'visible' | 'frozen') => ({ type: `page.${state}`, at: 0 }) as const;

describe('a tab', () => {
  test('that gets no answer takes the lock once, and is alone if it still hears nobody', () => {
    const tab = playTab();
    tab.send(wanted);
    tab.clock.advance(answerTime);
    expect([tab.state, tab.commands]).toEqual(['takingOver', ['lock.steal']]);
    tab.send(granted);
    expect(tab.state).toBe('leading.counting');
    tab.clock.advance(answerTime);
    expect([tab.state, tab.commands.at(-1)]).toEqual(['alone', 'lock.leave']);
    tab.send(lead('other', 20));
    expect([tab.state, tab.commands.at(-1)]).toEqual(['following.served', 'lock.pass']);
  });

  test('waits for one that is as busy as a page may be', () => {
    const tab = playTab();
    tab.send(wanted);
    tab.clock.advance(2_500);
    tab.send(lead('busy'));
    tab.clock.advance(5_000);
    expect(tab.state).toBe('following.doubting');
    tab.clock.advance(2_500);
    tab.send(alive);
    expect([tab.state, tab.commands]).toEqual(['following.served', []]);
  });

  test('gives up a leader only when it leaves a question unanswered', () => {
    const tab = playTab();
    tab.send(wanted, lead('other'));
    tab.clock.advance(5_000);
    expect([tab.state, tab.said.at(-1)]).toEqual(['following.doubting', 'leader.doubted']);
    tab.send(alive);
    expect(tab.state).toBe('following.served');
    tab.clock.advance(5_000 + answerTime);
    expect(tab.state).toBe('takingOver');
  });

  test('follows the later of two leaders, and steps down for one', () => {
    const tab = playTab();
    tab.send(wanted, granted, lead('older', 9));
    expect(tab.state).toBe('leading.counting');
    tab.send(lead('newer', 11));
    expect([tab.state, tab.snapshot.context.leader]).toEqual(['following.served', 'newer']);
    tab.send(lead('older', 9));
    expect(tab.snapshot.context.leader).toBe('newer');
  });

  test('that is hidden lets a visible one go first, once', () => {
    const tab = playTab();
    tab.send(wanted, lead('other'), here('seen'), page('hidden'), granted);
    expect([tab.state, tab.commands]).toEqual(['following.served', ['lock.pass']]);
    tab.send(granted);
    expect(tab.state).toBe('leading.counting');
  });

  test('hidden for long, hands over to a visible one, if the stream can be resumed', () => {
    const tab = playTab();
    tab.send(wanted, granted);
    tab.clock.advance(answerTime);
    tab.send(page('hidden'));
    tab.clock.advance(30_000);
    tab.send(here('seen'));
    tab.clock.advance(answerTime);
    expect(tab.state).toBe('leading.established');
    tab.send({ type: 'stream.identified', isResumable: true });
    tab.clock.advance(30_000);
    tab.send(here('seen'));
    const drops = tab.drops;
    tab.clock.advance(answerTime);
    expect([tab.state, tab.commands, tab.drops]).toEqual(['leading.handingOver', ['lock.pass'], drops]);
    tab.send(lead('seen', 20));
    expect(tab.state).toBe('leading.handingOver');
    tab.send(opened('seen', 20));
    expect([tab.state, tab.drops]).toEqual(['following.served', drops + 1]);
  });

  test('that is hidden when it begins to lead keeps the stream as long as any other', () => {
    const tab = playTab();
    tab.send(wanted, page('hidden'), granted);
    tab.send({ type: 'stream.identified', isResumable: true }, here('seen'));
    tab.clock.advance(30_000);
    expect(tab.state).toBe('leading.established');
    tab.clock.advance(answerTime);
    expect(tab.state).toBe('leading.looking');
  });

  test('whose stream nobody wants any more lingers, and then is away', () => {
    const tab = playTab();
    tab.send(wanted, granted, unwanted);
    tab.clock.advance(999);
    tab.send(wanted);
    expect(tab.state).toBe('leading.established');
    tab.send(unwanted);
    tab.clock.advance(1_000);
    expect(tab.state).toBe('away');
  });

  test('that is frozen is away at once, whatever it does', () => {
    for (const events of [
      [wanted],
      [wanted, lead('other')],
      [wanted, granted],
      [wanted, granted, unwanted],
    ]) {
      const tab = playTab();
      tab.send(...events, page('frozen'));
      expect(tab.state).toBe('away');
    }
  });
});

describe('through drawn events', () => {
  const all = allTransitions();
  const taken = new Set<string>();

  test('one tab requests the stream only while it leads or is by itself, and runs nothing when it is away', () => {
    const wrong: string[] = []; // one `expect` for each step takes longer than the steps
    for (let run = 0; run < 400; run += 1) {
      const draw = drawFrom(seededRandom(run));
      let tab = playTab();
      let at = 0;
      const since = () => at + draw.whole(-20, 20);
      const draws: Record<string, () => TabsEvent> = {
        wanted: () => wanted,
        unwanted: () => unwanted,
        granted: () => ({ type: 'lock.granted', at }),
        stolen: () => ({ type: 'lock.stolen' }),
        unavailable: () => ({ type: 'sharing.unavailable' }),
        lead: () => lead(draw.pick(['a', 'b']), since()),
        opened: () => opened(draw.pick(['a', 'b']), since()),
        alive: () => alive,
        refused: () => word('leader.refused', 'a'),
        doubted: () => word('leader.doubted', 'a'),
        counted: () => word('tabs.counted', 'a'),
        joined: () => word('tab.joined', draw.pick(['a', 'b']), { isVisible: draw.chance(0.5) }),
        heard: () => here(draw.pick(['a', 'b']), draw.chance(0.5)),
        left: () => word('tab.left', draw.pick(['a', 'b'])),
        hidden: () => page('hidden'),
        visible: () => page('visible'),
        frozen: () => page('frozen'),
        signedOut: () => ({ type: 'scope.closed' }),
        identified: () => ({ type: 'stream.identified', isResumable: draw.chance(0.7) }),
      };
      const weights = { ...Object.fromEntries(Object.keys(draws).map((name) => [name, 2])), wait: 12 };
      Object.assign(weights, {
        wanted: 5,
        frozen: 0.3,
        signedOut: 0.2,
        unavailable: 0.2,
        identified: 3,
        heard: 5,
        // Of what ends a leadership there is less, or none would last.
        unwanted: 1,
        stolen: 0.5,
        lead: 1,
        opened: 1,
        hidden: 3,
      });
      for (let step = 0; step < 120; step += 1) {
        const name = draw.weighted(weights);
        at += 1;
        if (name === 'wait') tab.clock.advance(draw.pick([100, 3_000, 5_000, 10_000, 30_000]));
        else tab.send((draws[name] as () => TabsEvent)());
        const { context, status, ...snapshot } = tab.snapshot;
        const leads = tab.state.startsWith('leading');
        const requests = tab.state === 'alone' || (leads && tab.state !== 'leading.handingOver');
        const holds =
          snapshot.hasTag('requests') === requests &&
          (context.leader === 'me') === leads &&
          (status === 'done') === (tab.state === 'away') &&
          (status !== 'done' || tab.running.length === 0);
        if (!holds) wrong.push(`${tab.state} in run ${run}`);
        if (status !== 'done') continue;
        tab.taken.forEach(taken.add, taken);
        tab = playTab();
      }
      tab.taken.forEach(taken.add, taken);
    }
    expect(wrong).toEqual([]);
  });

  test('every transition is taken', () => {
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter((name) => !taken.has(name))).toEqual([]);
  });
});
