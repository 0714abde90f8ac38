import type { ConnectionHistory, History } from './history.ts';
import { isTraffic, type Moment } from './moment.ts';
import { indexAt } from './timeline-data.ts';

/** The stretches of time that the timeline can show, in milliseconds. */
export const spans = [15_000, 60_000, 300_000, Infinity] as const;

export type Span = (typeof spans)[number];

/** The data that the panes need to show a moment. */
export interface Scene {
  readonly history: History;
  readonly connection: ConnectionHistory | undefined;
  /** The moments of the connection: while the viewer is paused, those that there were then. */
  readonly moments: readonly Moment[];
  /** Those that are listed, with or without message traffic. */
  readonly listed: readonly Moment[];
  /** How many moments have come since the viewer was paused. */
  readonly newer: number;
  readonly moment: Moment | undefined;
  readonly isLive: boolean;
  readonly showsTraffic: boolean;
  readonly now: number;
  /** The time up to which the moments reach: now, or when the viewer was paused. */
  readonly until: number;
  readonly span: Span;
  /** The time that the timeline shows, on the wall clock in milliseconds. */
  readonly from: number;
  /** Where the span ends: now, or where it was when the viewer was paused. */
  readonly present: number;
  /** A little later than `present`, to show how long a wait still lasts. */
  readonly to: number;
}

/** Where a step among the moments may lead. */
export type Step = 'previous' | 'next' | 'first' | 'last';

/** Chooses what is looked at. */
export interface Selection {
  /** The scene as it is now. */
  scene(now: number): Scene;
  /** Stays with a connection; without a choice the newest is shown. */
  choose(sessionId: string): void;
  /** Looks at a moment, and stays there. */
  select(moment: Moment): void;
  step(step: Step): void;
  /** Looks at the moment that there was at a time. */
  selectAt(time: number): void;
  /** Stays with a moment, the last one by default, unless it stays with one already. */
  pause(moment?: Moment): void;
  /** Follows what happens. */
  goLive(): void;
  zoom(span: Span): void;
  showTraffic(isShown: boolean): void;
}

/** The part of the history that a paused viewer shows. The history itself goes on, and may drop it. */
interface Held {
  readonly connection: ConnectionHistory;
  readonly moment: Moment;
  readonly moments: readonly Moment[];
  /** How many moments of the connection there had been. */
  readonly seen: number;
  readonly until: number;
  readonly present: number;
}

/** @param now The wall clock, in milliseconds. */
export function createSelection(history: History, now: () => number): Selection {
  let chosen: string | undefined;
  let held: Held | undefined;
  let span: Span = 60_000;
  let showsTraffic = true;

  function current(): ConnectionHistory | undefined {
    if (held) return history.connections.get(held.connection.sessionId) ?? held.connection;
    return (chosen === undefined ? undefined : history.connections.get(chosen)) ?? newest(history);
  }

  function moments(): readonly Moment[] {
    return held?.moments ?? current()?.moments ?? [];
  }

  function listed(): readonly Moment[] {
    return showsTraffic ? moments() : moments().filter((moment) => !isTraffic(moment));
  }

  function hold(moment: Moment | undefined): void {
    const connection = current();
    const last = connection?.moments.at(-1);
    if (!moment || !connection || !last) return;
    const until = presentOf(last, now());
    const paused = held ?? {
      connection,
      moments: [...connection.moments],
      seen: connection.dropped + connection.moments.length,
      until,
      present: until,
    };
    held = { ...paused, moment, present: reveal(moment.at, paused.present) };
  }

  /** The end of a span that shows a time: it stays where it is if it can. */
  function reveal(at: number, present: number): number {
    if (at > present) return at;
    return at >= present - span ? present : at + span / 2;
  }

  return {
    scene(time) {
      const connection = current();
      const all = moments();
      const last = all.at(-1);
      const until = held?.until ?? (last ? presentOf(last, time) : time);
      const present = held?.present ?? until;
      const from = span === Infinity ? Math.min(all[0]?.at ?? present, present - 1_000) : present - span;
      return {
        history,
        connection,
        moments: all,
        listed: listed(),
        newer: held && connection ? connection.dropped + connection.moments.length - held.seen : 0,
        moment: held?.moment ?? last,
        isLive: !held,
        showsTraffic,
        now: time,
        until,
        span,
        from,
        present,
        to: present + (present - from) / 10,
      };
    },
    choose(sessionId) {
      chosen = sessionId;
      held = undefined;
    },
    select: hold,
    step(step) {
      const all = listed();
      const shown = held?.moment ?? all.at(-1);
      const index = indexOfId(all, shown?.id ?? 0);
      const places = { first: 0, last: all.length - 1, previous: index - 1, next: index + 1 };
      hold(all[Math.min(all.length - 1, Math.max(0, places[step]))]);
    },
    selectAt(time) {
      const all = listed();
      hold(all[indexAt(all, time)]);
    },
    pause(moment) {
      if (!held) hold(moment ?? moments().at(-1));
    },
    goLive() {
      held = undefined;
    },
    zoom(wanted) {
      span = wanted;
      if (held) held = { ...held, present: reveal(held.moment.at, held.present) };
    },
    showTraffic(isShown) {
      showsTraffic = isShown;
    },
  };
}

/** The newest connection that still runs; else the newest of all. */
function newest({ connections }: History): ConnectionHistory | undefined {
  const all = [...connections.values()];
  return all.findLast(({ moments }) => !moments.at(-1)?.isLast) ?? all.at(-1);
}

/** For a connection that has ended, the present is its last moment. */
function presentOf({ at, isLast }: Moment, now: number): number {
  return isLast ? Math.min(now, at + 1_000) : Math.max(now, at);
}

/** The place of the last moment whose ID is not greater; -1 if there is none. */
function indexOfId(moments: readonly Moment[], id: number): number {
  return moments.findLastIndex((moment) => moment.id <= id);
}
