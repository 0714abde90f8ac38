import { type AnyActorLogic, assertEvent, assign, fromCallback, sendTo, setup } from 'xstate';
import type { EnvironmentEvent } from './environment.ts';

/** The context of the statechart: plain, serialisable data. */
export interface TabsContext {
  /** The name of this tab: random, and new for each page. */
  readonly self: string;
  /** The name of the tab that leads; null when none is known. */
  readonly leader: string | null;
  /** When that tab began to lead, on the wall clock in milliseconds. Of two leaders, the later one counts. */
  readonly since: number;
  /** The other tabs that are known, by name; true for a visible one. */
  readonly others: Readonly<Record<string, boolean>>;
  readonly isVisible: boolean;
  /** A connection of this tab wants the stream. */
  readonly isWanted: boolean;
  /** The stream has event IDs, so that another tab can go on where this one ends. */
  readonly isResumable: boolean;
  /**
   * A step that this tab took, and does not take twice in a row. `taking over`: it stole the lock from a tab that did
   * not answer. `passing on`: it was granted the lock, and let a visible tab go first. `nothing` again once another
   * tab is heard.
   */
  readonly tried: 'nothing' | 'taking over' | 'passing on';
}

/** The delays of the statechart, in milliseconds, unless others are provided. */
export const tabsDelays = {
  /** How long a leader goes on for the other tabs after its own last connection has closed. */
  linger: 1_000,
  /** How long a leader may be silent before it is asked whether it is there. */
  heartbeat: 5_000,
  /** How long a leader may be hidden before it looks for a visible tab. */
  yieldAfter: 30_000,
  /** How long a tab waits for the answers of others. A page that has much to do is silent for a second or two. */
  answerTime: 3_000,
  /** How long a leader goes on while the next one opens its stream. */
  handOverTime: 10_000,
};

/** The types of the words (messages) that tabs say to each other. */
export type TabsWordType =
  /** The sender is new. It asks who leads, and for the messages that it has missed. */
  | 'tab.joined'
  /** The sender is there, and is visible or hidden. */
  | 'tab.heard'
  | 'tab.left'
  /** Asks every tab to say `tab.heard`. */
  | 'tabs.counted'
  /** Asks the leader to say `leader.heard`. */
  | 'leader.doubted'
  /** It leads. */
  | 'leader.heard'
  /** The sender leads, and its stream is open. */
  | 'leader.opened'
  /** The server refuses the sender's stream while another is open, so the old leader has to drop its own. */
  | 'leader.refused';

export interface TabsWord {
  readonly type: TabsWordType;
  readonly from: string;
  readonly isVisible: boolean;
  /** When the sender began to lead, if it leads, on the wall clock in milliseconds. */
  readonly since: number;
}

/** The reports of the actor that holds, or waits for, the lock. */
export type LockEvent =
  | { readonly type: 'lock.granted'; readonly at: number }
  /** Another tab has taken it. */
  | { readonly type: 'lock.stolen' };

export type TabsEvent =
  /** A connection of this tab wants the stream. */
  | { readonly type: 'stream.wanted' }
  /** No connection of this tab wants the stream any more. */
  | { readonly type: 'stream.unwanted' }
  /** The stream that this tab has opened gave an event ID, or is another. */
  | { readonly type: 'stream.identified'; readonly isResumable: boolean }
  /** The user has signed out. */
  | { readonly type: 'scope.closed' }
  /** The browser has no Web Locks or no BroadcastChannel here. */
  | { readonly type: 'sharing.unavailable' }
  /** The leader has sent something: a word, or a part of the stream. */
  | { readonly type: 'leader.alive' }
  | TabsWord
  | LockEvent
  | EnvironmentEvent;

/** Commands to the actor that holds, or waits for, the lock. */
export type LockCommand =
  /** Take it from whoever holds it. */
  | { readonly type: 'lock.steal' }
  /** Release it, and queue for it behind the others. */
  | { readonly type: 'lock.pass' }
  /** Release it, and do not queue for it. */
  | { readonly type: 'lock.leave' };

/** Commands to the actor of the channel: a word to say to the other tabs. */
export type ChannelCommand = Omit<TabsWord, 'from'>;

const unprovided = fromCallback(() => {}) as AnyActorLogic;

/** Follows the tab that says it leads, unless the leader that is known began later. */
const follow = { guard: 'isNewLeader', target: '#tabs.following', actions: 'recordLeader' } as const;

/** Asks the other tabs to say that they are there. */
const countTabs = [
  'forgetTabs',
  { type: 'say', params: 'leader.heard' },
  { type: 'say', params: 'tabs.counted' },
] as const;

/** The page was shown or hidden: tells the other tabs. */
const look = ['recordVisibility', { type: 'say', params: 'tab.heard' }] as const;

/**
 * Decides which tab opens the stream that all of them share. A tab is a page with all its connections to one URL. It
 * takes part for as long as one of them wants the stream.
 *
 * Web Locks elect the leader; a BroadcastChannel carries the words. Provide the actors, and the actions `dropStream`
 * and `announceStream`, before use.
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
    /** To be provided, with `announceStream`, by the code that has the stream. */
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
    /** Has asked who leads, and waits for an answer. */
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
        /** The leader was silent for `heartbeat`, and is asked whether it is there. */
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
     * This tab cannot share, or has heard nobody since it took the lock: perhaps its channel does not work. It has a
     * stream of its own, and takes no part until it hears a leader.
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
        /**
         * Waits for the other tabs to say that they are there. A tab that stole the lock and hears nobody goes
         * `alone`.
         */
        counting: {
          tags: 'requests',
          entry: countTabs,
          after: {
            answerTime: [{ guard: 'hasTakenOver', target: '#tabs.alone' }, { target: 'established' }],
          },
        },
        /** Leads. Once its page has been hidden for `yieldAfter`, it looks for a visible tab. */
        established: {
          tags: 'requests',
          after: { yieldAfter: { guard: 'isHidden', target: 'looking' } },
          on: { 'page.hidden': { target: 'established', reenter: true, actions: 'recordVisibility' } },
        },
        /** Waits for the other tabs to say whether they are visible. */
        looking: {
          tags: 'requests',
          entry: countTabs,
          after: {
            answerTime: [{ guard: 'shouldHandOver', target: 'handingOver' }, { target: 'established' }],
          },
        },
        /** No connection of this tab wants the stream, but one may again in a moment. */
        lingering: {
          tags: 'requests',
          after: { linger: [{ guard: 'shouldHandOver', target: 'handingOver' }, { target: '#tabs.away' }] },
          on: { 'stream.wanted': { target: 'established', actions: 'recordWish' } },
        },
        /** Another tab is to lead. This one goes on until the stream of the other is open. */
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

/**
 * Whether another tab should lead instead: a visible one, where this one is hidden; any, where no connection of this
 * tab wants the stream.
 */
function isAnyBetterPlaced({ isVisible, isWanted, others }: TabsContext): boolean {
  return Object.values(others).some((isSeen) => !isWanted || (isSeen && !isVisible));
}
