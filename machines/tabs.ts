import { type AnyActorLogic, assertEvent, assign, fromCallback, sendTo, setup } from 'xstate';
import type { EnvironmentEvent } from './environment.ts';

/** The context of the statechart: plain, serialisable data. */
export interface TabsContext {
  /** The name of this tab, drawn when it began. */
  readonly self: string;
  /** The tab that leads, if any is known. */
  readonly leader: string | null;
  /** When it began to lead, on the wall clock in milliseconds: of two leaders, the later one counts. */
  readonly since: number;
  /** The tabs that were heard of, without this one, and whether they can be seen. */
  readonly others: Readonly<Record<string, boolean>>;
  readonly isVisible: boolean;
  /** A connection of this tab wants the stream. */
  readonly isWanted: boolean;
  /** The stream has event IDs, so that another tab can go on where this one ends. */
  readonly isResumable: boolean;
  /**
   * Once is enough: the tab has taken the lock from one that did not answer, or was given it and let a visible tab go
   * first. Nothing, once another tab was heard.
   */
  readonly tried: 'nothing' | 'taking over' | 'passing on';
}

/** The times of the statechart, in milliseconds, as long as no others are provided. */
export const tabsDelays = {
  /** How long a tab goes on for the others after its own last connection has closed. */
  linger: 1_000,
  /** After how much silence a leader is asked whether it is there. */
  heartbeat: 5_000,
  /** How long a leader may be hidden before it looks for a tab that can be seen. */
  yieldAfter: 30_000,
  /** How long a tab has for an answer. */
  answerTime: 1_000,
  /** How long a leader goes on while the next one opens its stream. */
  handOverTime: 10_000,
};

/** The words that a tab can say to the others. */
export type TabsWordType =
  /** It is there, and asks who leads, and what it has missed. */
  | 'tab.joined'
  /** It is there, and is seen or not. */
  | 'tab.heard'
  | 'tab.left'
  /** Whoever is there is to say so. */
  | 'tabs.counted'
  /** Whoever leads is to say so. */
  | 'leader.doubted'
  /** It leads. */
  | 'leader.heard'
  /** It leads, and its stream is open. */
  | 'leader.opened'
  /** The server wants no second stream, so the first has to go. */
  | 'leader.refused';

export interface TabsWord {
  readonly type: TabsWordType;
  readonly from: string;
  readonly isVisible: boolean;
  /** When it began to lead, if it leads. */
  readonly since: number;
}

/** The reports of the lock. */
export type LockEvent =
  | { readonly type: 'lock.granted'; readonly at: number }
  /** Another tab has taken it. */
  | { readonly type: 'lock.stolen' };

export type TabsEvent =
  /** A connection of this tab wants the stream. */
  | { readonly type: 'stream.wanted' }
  /** None does any more. */
  | { readonly type: 'stream.unwanted' }
  /** The stream that this tab has opened gave an event ID, or is another. */
  | { readonly type: 'stream.identified'; readonly isResumable: boolean }
  /** The user has signed out. */
  | { readonly type: 'scope.closed' }
  /** There are no locks here, or no channels. */
  | { readonly type: 'sharing.unavailable' }
  /** The tab that leads has said something, be it a message of the stream. */
  | { readonly type: 'leader.alive' }
  | TabsWord
  | LockEvent
  | EnvironmentEvent;

/** Commands to the actor that holds, or waits for, the lock. */
export type LockCommand =
  /** Take it from whoever holds it. */
  | { readonly type: 'lock.steal' }
  /** Let go of it, and wait for it behind the others. */
  | { readonly type: 'lock.pass' }
  /** Let go of it, and do not wait for it. */
  | { readonly type: 'lock.leave' };

/** Commands to the actor that speaks with the other tabs: a word to say. */
export type ChannelCommand = Omit<TabsWord, 'from'>;

const unprovided = fromCallback(() => {}) as AnyActorLogic;

/** A leader is heard that counts. */
const follow = { guard: 'isNewLeader', target: '#tabs.following', actions: 'recordLeader' } as const;

/** Has the others say that they are there. */
const countTabs = [
  'forgetTabs',
  { type: 'say', params: 'leader.heard' },
  { type: 'say', params: 'tabs.counted' },
] as const;

/** The page is seen, or no more. */
const look = ['recordVisibility', { type: 'say', params: 'tab.heard' }] as const;

/**
 * Which tab opens the stream that all of them share. A tab is a page, with all its connections to one URL, for as long as
 * one of them wants the stream.
 *
 * Web Locks elect, a channel carries the words. Provide the actors, and the actions about the stream, before use.
 */
export const tabsMachine = setup({
  types: {} as {
    context: TabsContext;
    events: TabsEvent;
    input: Pick<TabsContext, 'self'>;
    tags: 'requests';
  },
  actors: { lock: unprovided, channel: unprovided, environment: unprovided },
  guards: {
    isNewLeader: ({ context, event }) =>
      'since' in event && (context.leader === null || event.since > context.since),
    hasTakenOver: ({ context }) => context.tried === 'taking over',
    isHidden: ({ context }) => !context.isVisible,
    isUnwanted: ({ context }) => !context.isWanted,
    shouldPassOn: ({ context }) => context.tried === 'nothing' && isAnyBetterPlaced(context),
    shouldHandOver: ({ context }) => context.isResumable && isAnyBetterPlaced(context),
  },
  delays: tabsDelays,
  actions: {
    recordTab: assign(({ context: { others }, event }) => {
      assertEvent(event, ['tab.joined', 'tab.heard']);
      return { others: { ...others, [event.from]: event.isVisible }, tried: 'nothing' };
    }),
    forgetTab: assign(({ context, event }) => {
      assertEvent(event, 'tab.left');
      const { [event.from]: _, ...others } = context.others;
      return { others };
    }),
    forgetTabs: assign({ others: {} }),
    recordLeader: assign(({ event }) => {
      assertEvent(event, ['leader.heard', 'leader.opened']);
      return { leader: event.from, since: event.since, tried: 'nothing' };
    }),
    recordLeading: assign(({ context: { self, since }, event }) => {
      assertEvent(event, 'lock.granted');
      return { leader: self, since: Math.max(event.at, since + 1) };
    }),
    forgetLeader: assign({ leader: null }),
    recordTakeOver: assign({ tried: 'taking over' }),
    recordPassing: assign({ tried: 'passing on' }),
    recordVisibility: assign(({ event }) => ({ isVisible: event.type !== 'page.hidden' })),
    recordIdentity: assign(({ event }) => {
      assertEvent(event, 'stream.identified');
      return { isResumable: event.isResumable };
    }),
    recordWish: assign(({ event }) => ({ isWanted: event.type === 'stream.wanted' })),
    passLock: sendTo('lock', { type: 'lock.pass' } satisfies LockCommand),
    leaveLock: sendTo('lock', { type: 'lock.leave' } satisfies LockCommand),
    stealLock: sendTo('lock', { type: 'lock.steal' } satisfies LockCommand),
    say: sendTo(
      'channel',
      ({ context: { isVisible, since } }, type: TabsWordType) =>
        ({ type, isVisible, since }) satisfies ChannelCommand,
    ),
    /** Provided by whoever has the stream. */
    dropStream: () => {},
    announceStream: () => {},
  },
}).createMachine({
  id: 'tabs',
  context: ({ input: { self } }) => ({
    self,
    leader: null,
    since: 0,
    others: {},
    isVisible: true,
    isWanted: true,
    isResumable: false,
    tried: 'nothing',
  }),
  invoke: [
    { src: 'channel', id: 'channel' },
    { src: 'lock', id: 'lock' },
    { src: 'environment', id: 'environment' },
  ],
  on: {
    'stream.identified': { actions: 'recordIdentity' },
    'stream.wanted': { actions: 'recordWish' },
    'stream.unwanted': '.away',
    'scope.closed': '.away',
    'page.frozen': '.away',
    'page.hidden': { actions: look },
    'page.visible': { actions: look },
    'sharing.unavailable': '.alone',
    'tab.joined': { actions: 'recordTab' },
    'tab.heard': { actions: 'recordTab' },
    'tab.left': { actions: 'forgetTab' },
    'tabs.counted': { actions: { type: 'say', params: 'tab.heard' } },
    'leader.heard': follow,
    'leader.opened': follow,
    'lock.granted': [
      // A hidden tab lets a visible one go first, once.
      { guard: 'shouldPassOn', actions: ['recordPassing', 'passLock'] },
      { target: '.leading', actions: 'recordLeading' },
    ],
  },
  initial: 'joining',
  states: {
    /** Has asked who leads. */
    joining: {
      entry: ['dropStream', 'forgetLeader', { type: 'say', params: 'tab.joined' }],
      always: { guard: 'isUnwanted', target: 'away' },
      after: { answerTime: [{ guard: 'hasTakenOver', target: 'alone' }, { target: 'takingOver' }] },
    },
    /** Another tab has the stream. */
    following: {
      entry: ['dropStream', { type: 'say', params: 'tab.heard' }],
      always: { guard: 'isUnwanted', target: 'away' },
      on: { 'leader.alive': '.served' },
      initial: 'served',
      states: {
        served: { after: { heartbeat: 'doubting' } },
        /** The leader was silent for long, and is asked whether it is there. */
        doubting: {
          entry: { type: 'say', params: 'leader.doubted' },
          after: { answerTime: '#tabs.takingOver' },
        },
      },
    },
    /** Takes the lock from a leader that does not answer. */
    takingOver: {
      entry: ['recordTakeOver', 'stealLock'],
      after: { answerTime: 'alone' },
    },
    /**
     * Cannot share, or has heard nobody since it took the lock: perhaps it is deaf. It has a stream of its own, and leaves
     * the others alone, until it hears one that leads.
     */
    alone: {
      tags: 'requests',
      entry: ['forgetLeader', 'leaveLock'],
      exit: 'passLock',
    },
    /** Has the lock: this tab opens the stream, and passes on what it brings. */
    leading: {
      on: {
        'tab.joined': { actions: ['recordTab', { type: 'say', params: 'leader.heard' }, 'announceStream'] },
        'leader.doubted': { actions: { type: 'say', params: 'leader.heard' } },
        'lock.stolen': '#tabs.joining',
        'stream.unwanted': { target: '.lingering', actions: 'recordWish' },
      },
      initial: 'counting',
      states: {
        /** Hears who is there. One that has taken the lock from another and hears nobody is deaf. */
        counting: {
          tags: 'requests',
          entry: countTabs,
          after: {
            answerTime: [{ guard: 'hasTakenOver', target: '#tabs.alone' }, { target: 'established' }],
          },
        },
        /** When the page is hidden for long, a tab that can be seen is to lead. */
        established: {
          tags: 'requests',
          after: { yieldAfter: { guard: 'isHidden', target: 'looking' } },
          on: { 'page.hidden': { target: 'established', reenter: true, actions: 'recordVisibility' } },
        },
        /** Hears whether there is a tab that can be seen. */
        looking: {
          tags: 'requests',
          entry: countTabs,
          after: {
            answerTime: [{ guard: 'shouldHandOver', target: 'handingOver' }, { target: 'established' }],
          },
        },
        /** No connection of this tab wants the stream; perhaps one does again in a moment. */
        lingering: {
          tags: 'requests',
          after: { linger: [{ guard: 'shouldHandOver', target: 'handingOver' }, { target: '#tabs.away' }] },
          on: { 'stream.wanted': { target: 'established', actions: 'recordWish' } },
        },
        /** Another tab is to lead; this one goes on until the stream of the next is open. */
        handingOver: {
          entry: 'passLock',
          after: { handOverTime: '#tabs.joining' },
          on: {
            'leader.heard': {},
            'leader.refused': '#tabs.joining',
            'stream.unwanted': { actions: 'recordWish' },
            'lock.granted': [
              { guard: 'isUnwanted', target: '#tabs.away' },
              { target: 'established', actions: 'recordLeading' },
            ],
          },
        },
      },
    },
    /** The end: no connection of this tab wants the stream, or the page is frozen. No lock, no channel. */
    away: {
      type: 'final',
      entry: ['dropStream', 'forgetLeader'],
    },
  },
});

/** Whether another tab can be seen, and this one cannot; where nothing wants the stream, whether there is another. */
function isAnyBetterPlaced({ isVisible, isWanted, others }: TabsContext): boolean {
  return Object.values(others).some((isSeen) => !isWanted || (isSeen && !isVisible));
}
