import { assign, createActor, fromPromise, setup } from 'xstate';
import type { Settings } from '../settings/setting-fields.ts';
import { settings } from '../settings/settings.ts';
import type { Scenario, Step } from './scenario.ts';
import { prepareScenario, restorePage, runStep, type Verdict } from './scenario-run.ts';
import { scenarios } from './scenarios.ts';

interface TourContext {
  readonly scenario: Scenario;
  /** The number of the step that is told or played. */
  readonly step: number;
  /** The verdict on each step so far. */
  readonly verdicts: readonly Verdict[];
  /** It waits for `next` instead of going on by itself. */
  readonly paused: boolean;
  /** Why the last one could not be played; empty when it could. */
  readonly excuse: string;
  /** The settings that the page had, to be restored. */
  readonly before: Settings;
}

type TourEvent =
  | { readonly type: 'choose'; readonly id: string }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  | { readonly type: 'next' }
  | { readonly type: 'stop' };

/** A scenario at its start. */
const untold = { step: 0, verdicts: [], paused: false, excuse: '' };

/** The transitions that follow a verdict. */
const onward = [
  { guard: 'hasMoreSteps', target: 'telling', actions: 'nextStep' },
  { target: 'done' },
] as const;

/**
 * Plays a scenario: shows the text of each step, waits until it can have been read, does the step, and judges the
 * result.
 */
const tourMachine = setup({
  types: {} as { context: TourContext; events: TourEvent },
  actors: {
    prepareScenario: fromPromise<void, { scenario: Scenario; before: Settings }>(({ input, signal }) =>
      prepareScenario(input.scenario, input.before, signal),
    ),
    runStep: fromPromise<Verdict, Step>(({ input, signal }) => runStep(input, signal)),
  },
  guards: {
    isPlaying: ({ context }) => !context.paused,
    isPaused: ({ context }) => context.paused,
    hasMoreSteps: ({ context }) => context.step + 1 < context.scenario.steps.length,
  },
  delays: {
    readingTime: ({ context }) => readingTime(stepOf(context)),
    lookingTime: 3_000,
  },
  actions: {
    choose: assign(({ event }) => {
      const scenario = scenarios.find(({ id }) => event.type === 'choose' && id === event.id);
      return { ...(scenario && { scenario }), ...untold };
    }),
    nextScenario: assign(({ context }) => ({
      scenario: scenarios[(scenarios.indexOf(context.scenario) + 1) % scenarios.length] ?? context.scenario,
      ...untold,
    })),
    rewind: assign(untold),
    remember: assign(() => ({ before: settings.get() })),
    restore: ({ context }) => void restorePage(context.before),
    hold: assign({ paused: true }),
    goOn: assign({ paused: false }),
    nextStep: assign(({ context }) => ({ step: context.step + 1 })),
    excuse: assign((_, { cause }: { cause: unknown }) => ({
      excuse: `The tour could not begin. ${cause instanceof Error ? cause.message : cause}`,
    })),
    judge: assign(({ context }, verdict: Verdict) => ({ verdicts: [...context.verdicts, verdict] })),
  },
}).createMachine({
  id: 'tour',
  context: () => ({ scenario: scenarios[0], ...untold, before: settings.get() }),
  initial: 'stopped',
  states: {
    /** Nothing is played; a scenario can be chosen. */
    stopped: {
      on: {
        choose: { actions: 'choose' },
        play: { target: 'playing', actions: 'rewind' },
      },
    },
    playing: {
      entry: 'remember',
      exit: 'restore',
      on: {
        stop: 'stopped',
        pause: { actions: 'hold' },
        play: { actions: 'goOn' },
        choose: { target: '.preparing', actions: 'choose' },
      },
      initial: 'preparing',
      states: {
        /** Both connections are made anew. */
        preparing: {
          invoke: {
            src: 'prepareScenario',
            input: ({ context: { scenario, before } }) => ({ scenario, before }),
            onDone: 'telling',
            onError: {
              target: '#tour.stopped',
              actions: { type: 'excuse', params: ({ event }) => ({ cause: event.error }) },
            },
          },
        },
        /** The step is told, and can be read before it happens. */
        telling: {
          on: {
            next: 'acting',
            play: { target: 'telling', reenter: true, actions: 'goOn' },
          },
          after: { readingTime: { guard: 'isPlaying', target: 'acting' } },
        },
        /** It happens, until the panels are as expected or it has taken too long. */
        acting: {
          invoke: {
            src: 'runStep',
            input: ({ context }) => stepOf(context),
            onDone: {
              target: 'judged',
              actions: { type: 'judge', params: ({ event }) => event.output },
            },
            onError: {
              target: 'judged',
              actions: {
                type: 'judge',
                params: ({ event }) => ({ asExpected: false, instead: String(event.error) }),
              },
            },
          },
        },
        /** The result of the step can be looked at. */
        judged: {
          on: {
            next: onward,
            play: { target: 'judged', reenter: true, actions: 'goOn' },
          },
          after: { lookingTime: [{ guard: 'isPaused' }, ...onward] },
        },
        done: { type: 'final' },
      },
      onDone: 'finished',
    },
    /** Played to its end; everything is as it was before. */
    finished: {
      on: {
        choose: { target: 'stopped', actions: 'choose' },
        play: { target: 'playing', actions: 'rewind' },
        next: { target: 'playing', actions: 'nextScenario' },
        stop: { target: 'stopped', actions: 'rewind' },
      },
    },
  },
});

/** The tour of this page. */
export const tour = createActor(tourMachine).start();

/** The step that is told or played. */
export function stepOf({ scenario, step }: TourContext): Step {
  const found = scenario.steps[step];
  if (!found) throw new RangeError(`${scenario.id} has no step ${step}.`);
  return found;
}

/** How long a person needs for the words of a step, in milliseconds: some 20 characters a second. */
export function readingTime({ says, look }: Step): number {
  return 1_500 + 50 * (says.length + look.length);
}
