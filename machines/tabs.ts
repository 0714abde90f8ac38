import { type AnyActorLogic, assertEvent, assign, fromCallback, sendTo, setup } from 'xstate';
import { type EnvironmentEvent, fromEnvironment } from './environment.ts';

/** Another tab, as this one knows it. */
export interface OtherTab {
  readonly isVisible: boolean;
}

/** The context of the statechart: plain, serialisable data. */
export interface TabsContext {
  readonly settings: TabsSettings;
  /** The name of this tab, drawn when it began. */
  readonly self: string;
  /** The tab that leads, if any is known. */
  readonly leader: string | null;
  /** When it began to lead, on the wall clock in milliseconds: of two leaders, the later one counts. */
  readonly since: number;
  /** The tabs that were heard of, without this one. */
  readonly others: Readonly<Record<string, OtherTab>>;
  readonly isVisible: boolean;
  /** A connection of this tab wants the stream. */
  readonly isWanted: boolean;
  /** The stream has event IDs, so that another tab can go on where this one ends. */
  readonly isResumable: boolean;
  /** This tab has taken the lock from one that did not answer, and has heard nobody since. */
  readonly hasTakenOver: boolean;
  /** This tab was given the lock, and has let a visible tab go first. */
  readonly hasPassedOn: boolean;
}

/** The times of the statechart, in milliseconds. */
export interface TabsSettings {
  /** How long a tab goes on for the others after its own last connection has closed. */
  readonly linger: number;
  /** After how much silence a leader is asked whether it is there. */
  readonly heartbeat: number;
  /** How long a leader may be hidden before it looks for a tab that can be seen. */
  readonly yieldAfter: number;
}

export interface TabsInput extends TabsSettings {
  readonly self: string;
}

/** The words of the other tabs. */
export type TabsWord =
  /** A tab says that it is there, and asks who leads. */
  | { readonly type: 'tab.joined'; readonly from: string; readonly isVisible: boolean }
  /** A tab says that it is there, or that it is seen now, or no more. */
  | { readonly type: 'tab.heard'; readonly from: string; readonly isVisible: boolean }
  | { readonly type: 'tab.left'; readonly from: string }
  /** The leader says that it is there. */
  | { readonly type: 'leader.heard'; readonly from: string; readonly since: number }
  /** The leader's stream is open. */
  | { readonly type: 'leader.opened'; readonly from: string; readonly since: number }
  /** The server wants no second stream, so the first has to go. */
  | { readonly type: 'leader.refused'; readonly from: string };

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

/** Commands to the actor that speaks with the other tabs. */
export interface ChannelCommand {
  readonly type: 'say';
  readonly word: 'joined' | 'here' | 'lead' | 'count' | 'ping';
}

/** How long a tab has for an answer, in milliseconds. */
export const answerTime = 1_000;

/** How long a leader goes on while the next one opens its stream, in milliseconds. */
export const handOverTime = 10_000;

/** Hears a leader. */
const follow = { target: '#tabs.member.following', actions: 'recordLeader' } as const;

/** Leads, for the lock was given to this tab; a hidden one lets a visible one go first, once. */
const leadWhenGranted = [
  { guard: 'shouldPassOn', actions: ['recordPassing', 'passLock'] },
  { target: '#tabs.member.leading', actions: 'recordLeading' },
] as const;

/**
 * Which tab opens the stream that all of them share. A tab is a page, with all its connections to one URL.
 *
 * Web Locks elect, a channel carries the words. Provide the actors `lock` and `channel` before use.
 */
export const tabsMachine = setup({
  types: {} as {
    context: TabsContext;
    events: TabsEvent;
    input: TabsInput;
    tags: 'requests' | 'serves';
  },
  actors: {
    lock: fromCallback<LockCommand>(() => {}) as AnyActorLogic,
    channel: fromCallback<ChannelCommand>(() => {}) as AnyActorLogic,
    environment: fromEnvironment() as AnyActorLogic,
  },
  guards: {
    mayTakeOver: ({ context }) => !context.hasTakenOver,
    hasTakenOver: ({ context }) => context.hasTakenOver,
    isHidden: ({ context }) => !context.isVisible,
    isUnwanted: ({ context }) => !context.isWanted,
    shouldPassOn: ({ context }) =>
      !context.isVisible && !context.hasPassedOn && !context.hasTakenOver && isAnyVisible(context),
    shouldHandOver: ({ context }) => context.isResumable && !context.isVisible && isAnyVisible(context),
    canHandOver: ({ context }) => context.isResumable && Object.keys(context.others).length > 0,
    isLater: ({ context, event }) => 'since' in event && event.since > context.since,
  },
  delays: {
    linger: ({ context }) => context.settings.linger,
    heartbeat: ({ context }) => context.settings.heartbeat,
    yieldAfter: ({ context }) => context.settings.yieldAfter,
    answerTime,
    handOverTime,
  },
  actions: {
    recordTab: assign(({ context, event }) => {
      assertEvent(event, ['tab.joined', 'tab.heard']);
      const { from, isVisible } = event;
      return { others: { ...context.others, [from]: { isVisible } }, hasTakenOver: false };
    }),
    forgetTab: assign(({ context, event }) => {
      assertEvent(event, 'tab.left');
      const { [event.from]: _, ...others } = context.others;
      return { others };
    }),
    forgetTabs: assign({ others: {} }),
    recordLeader: assign(({ event }) => {
      assertEvent(event, ['leader.heard', 'leader.opened']);
      return { leader: event.from, since: event.since, hasTakenOver: false, hasPassedOn: false };
    }),
    recordLeading: assign(({ context, event }) => {
      assertEvent(event, 'lock.granted');
      return { leader: context.self, since: Math.max(event.at, context.since + 1), hasPassedOn: false };
    }),
    forgetLeader: assign({ leader: null }),
    recordTakeOver: assign({ hasTakenOver: true }),
    recordPassing: assign({ hasPassedOn: true }),
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
      (_, word: ChannelCommand['word']) => ({ type: 'say', word }) satisfies ChannelCommand,
    ),
    /** Provided by whoever has the stream. */
    dropStream: () => {},
    announceStream: () => {},
  },
}).createMachine({
  id: 'tabs',
  context: ({ input: { self, ...settings } }) => ({
    settings,
    self,
    leader: null,
    since: 0,
    others: {},
    isVisible: true,
    isWanted: false,
    isResumable: false,
    hasTakenOver: false,
    hasPassedOn: false,
  }),
  initial: 'away',
  on: {
    'stream.identified': { actions: 'recordIdentity' },
    'stream.wanted': { actions: 'recordWish' },
    'stream.unwanted': { target: '.away', actions: 'recordWish' },
    'scope.closed': '.away',
  },
  states: {
    /** No connection of this tab wants the stream, or the page is frozen: no lock, no channel. */
    away: {
      entry: ['dropStream', 'forgetLeader', 'forgetTabs'],
      on: { 'stream.wanted': { target: 'member', actions: 'recordWish' } },
    },
    /** There are no locks or no channels here: the tab has a stream of its own. */
    alone: {
      tags: ['requests', 'serves'],
      entry: ['forgetLeader', 'forgetTabs'],
    },
    /** One of the tabs that share. */
    member: {
      invoke: [
        { src: 'channel', id: 'channel' },
        { src: 'lock', id: 'lock' },
        { src: 'environment', id: 'environment' },
      ],
      on: {
        'sharing.unavailable': 'alone',
        'page.frozen': 'away',
        'page.hidden': { actions: ['recordVisibility', { type: 'say', params: 'here' }] },
        'page.visible': { actions: ['recordVisibility', { type: 'say', params: 'here' }] },
        'tab.joined': { actions: 'recordTab' },
        'tab.heard': { actions: 'recordTab' },
        'tab.left': { actions: 'forgetTab' },
        'leader.heard': { guard: 'isLater', ...follow },
        'leader.opened': { guard: 'isLater', ...follow },
        'lock.granted': leadWhenGranted,
      },
      initial: 'joining',
      states: {
        /** Has asked who leads. */
        joining: {
          entry: ['dropStream', 'forgetLeader', { type: 'say', params: 'joined' }],
          always: { guard: 'isUnwanted', target: '#tabs.away' },
          after: { answerTime: [{ guard: 'mayTakeOver', target: 'takingOver' }, { target: 'apart' }] },
          on: { 'leader.heard': follow, 'leader.opened': follow },
        },
        /** Another tab has the stream. */
        following: {
          entry: ['dropStream', { type: 'say', params: 'here' }],
          always: { guard: 'isUnwanted', target: '#tabs.away' },
          initial: 'served',
          states: {
            served: {
              after: { heartbeat: 'doubting' },
              on: {
                'leader.heard': [
                  { guard: 'isLater', ...follow },
                  { target: 'served', reenter: true },
                ],
              },
            },
            /** The leader was silent for long, and is asked whether it is there. */
            doubting: {
              entry: { type: 'say', params: 'ping' },
              after: { answerTime: '#tabs.member.takingOver' },
              on: { 'leader.heard': [{ guard: 'isLater', ...follow }, { target: 'served' }] },
            },
          },
        },
        /** Takes the lock from a leader that does not answer. */
        takingOver: {
          entry: ['recordTakeOver', 'stealLock'],
          after: { answerTime: 'apart' },
        },
        /**
         * Has heard nobody since it took the lock: perhaps it cannot. It has a stream of its own, and leaves the others
         * alone, until it hears one that leads.
         */
        apart: {
          tags: ['requests', 'serves'],
          entry: ['forgetLeader', 'leaveLock'],
          exit: 'passLock',
          on: { 'leader.heard': follow, 'leader.opened': follow },
        },
        /** Has the lock: this tab opens the stream, and passes on what it brings. */
        leading: {
          tags: 'serves',
          on: {
            'tab.joined': { actions: ['recordTab', { type: 'say', params: 'lead' }, 'announceStream'] },
            'lock.stolen': 'joining',
            'stream.unwanted': { target: '.lingering', actions: 'recordWish' },
          },
          initial: 'counting',
          states: {
            /** Hears who is there. Who has taken the lock from another and hears nobody is deaf, and leaves them alone. */
            counting: {
              tags: 'requests',
              entry: ['forgetTabs', { type: 'say', params: 'count' }],
              after: {
                answerTime: [
                  { guard: 'hasTakenOver', target: '#tabs.member.apart' },
                  { target: 'established' },
                ],
              },
            },
            established: {
              tags: 'requests',
              always: { guard: 'isHidden', target: 'hidden' },
              on: { 'page.hidden': { target: 'hidden', actions: 'recordVisibility' } },
            },
            /** The page cannot be seen. When that lasts, a tab that can be seen is to lead. */
            hidden: {
              tags: 'requests',
              after: { yieldAfter: 'looking' },
              on: { 'page.visible': { target: 'established', actions: 'recordVisibility' } },
            },
            /** Hears whether there is a tab that can be seen. */
            looking: {
              tags: 'requests',
              entry: ['forgetTabs', { type: 'say', params: 'count' }],
              after: {
                answerTime: [{ guard: 'shouldHandOver', target: 'handingOver' }, { target: 'hidden' }],
              },
              on: { 'page.visible': { target: 'established', actions: 'recordVisibility' } },
            },
            /** No connection of this tab wants the stream; perhaps one does again in a moment. */
            lingering: {
              tags: 'requests',
              after: { linger: [{ guard: 'canHandOver', target: 'handingOver' }, { target: '#tabs.away' }] },
              on: { 'stream.wanted': { target: 'established', actions: 'recordWish' } },
            },
            /** Another tab is to lead; this one goes on until the stream of the next is open. */
            handingOver: {
              entry: 'passLock',
              after: { handOverTime: '#tabs.member.joining' },
              on: {
                'leader.heard': {},
                'leader.refused': '#tabs.member.joining',
                'stream.unwanted': { actions: 'recordWish' },
                'leader.opened': { guard: 'isLater', ...follow },
                'lock.granted': [
                  { guard: 'isUnwanted', target: '#tabs.away' },
                  { target: 'established', actions: 'recordLeading' },
                ],
              },
            },
          },
        },
      },
    },
  },
});

function isAnyVisible({ others }: TabsContext): boolean {
  return Object.values(others).some(({ isVisible }) => isVisible);
}
