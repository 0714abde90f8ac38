import { indexAt } from './bands.ts';
import type { ConnectionHistory, History } from './history.ts';
import type { Moment } from './moment.ts';

/** The stretches of time that the timeline can show, in milliseconds. */
export const spans = [15_000, 60_000, 300_000, Infinity] as const;

export type Span = (typeof spans)[number];

/** What is looked at: all that the parts of the viewer need to know to show it. */
export interface Scene {
  readonly history: History;
  readonly connection: ConnectionHistory | undefined;
  /** The moments that are listed: up to the one at which the viewer was paused, with or without message traffic. */
  readonly listed: readonly Moment[];
  /** How many moments have come since the viewer was paused. */
  readonly newer: number;
  readonly moment: Moment | undefined;
  readonly isLive: boolean;
  readonly showsTraffic: boolean;
  readonly now: number;
  readonly span: Span;
  /** The time that the timeline shows, on the wall clock in milliseconds. */
  readonly from: number;
  /** Where the span ends: now, or where it was when the viewer was paused. */
  readonly present: number;
  /** A little later than that, so that one sees how far a wait still has to go. */
  readonly to: number;
}

/** Where a step among the moments may lead. */
export type Step = 'previous' | 'next' | 'first' | 'last';

/** Chooses what is looked at. */
export interface Focus {
  /** What is looked at now. */
  scene(now: number): Scene;
  /** Stays with a connection; without a choice the newest is shown. */
  choose(sessionId: string): void;
  /** Looks at a moment, and stays there. */
  select(moment: Moment): void;
  step(step: Step): void;
  /** Looks at the moment that there was at a time. */
  selectAt(time: number): void;
  /** Stays with what is shown. */
  pause(): void;
  /** Follows what happens. */
  goLive(): void;
  zoom(span: Span): void;
  showTraffic(isShown: boolean): void;
}

/** @param now The wall clock, in milliseconds. */
export function createFocus(history: History, now: () => number): Focus {
  let chosen: string | undefined;
  /** The moment that is looked at; undefined while the viewer is live. */
  let held: { moment: Moment; connection: ConnectionHistory; lastId: number; present: number } | undefined;
  let span: Span = 60_000;
  let showsTraffic = true;

  function current(): ConnectionHistory | undefined {
    if (held) return history.connections.get(held.connection.sessionId) ?? held.connection;
    return (chosen === undefined ? undefined : history.connections.get(chosen)) ?? newest(history);
  }

  function isListed({ id, event }: Moment): boolean {
    return (showsTraffic || event.type !== 'transport.messages') && (!held || id <= held.lastId);
  }

  function hold(moment: Moment): void {
    const connection = current();
    const last = connection?.moments.at(-1);
    if (!connection || !last) return;
    const lastId = held?.lastId ?? last.id;
    const present = reveal(moment.at, held?.present ?? presentOf(last, now()));
    held = { moment, connection, lastId, present };
  }

  /** The end of a span that shows a time: it stays where it is if it can. */
  function reveal(at: number, present: number): number {
    if (at > present) return at;
    return at >= present - span ? present : at + span / 2;
  }

  return {
    scene(time) {
      const connection = current();
      const all = connection?.moments ?? [];
      const [first] = all;
      const last = all.at(-1);
      const moment = held?.moment ?? last;
      const present = held?.present ?? (last ? presentOf(last, time) : time);
      const from = span === Infinity ? Math.min(first?.at ?? present, present - 1_000) : present - span;
      const lastId = held?.lastId ?? Infinity;
      return {
        history,
        connection,
        listed: showsTraffic && !held ? all : all.filter(isListed),
        newer: all.length - 1 - indexOfId(all, lastId),
        moment,
        isLive: !held,
        showsTraffic,
        now: time,
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
      const listed = (current()?.moments ?? []).filter(isListed);
      const shown = held?.moment ?? listed.at(-1);
      const index = indexOfId(listed, shown?.id ?? 0);
      const places = { first: 0, last: listed.length - 1, previous: index - 1, next: index + 1 };
      const moment = listed[Math.min(listed.length - 1, Math.max(0, places[step]))];
      if (moment) hold(moment);
    },
    selectAt(time) {
      const listed = (current()?.moments ?? []).filter(isListed);
      const moment = listed[indexAt(listed, time)];
      if (moment) hold(moment);
    },
    pause() {
      const moment = current()?.moments.at(-1);
      if (moment && !held) hold(moment);
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

/** Of the connections that still run the newest, else the newest of all. */
function newest({ connections }: History): ConnectionHistory | undefined {
  const all = [...connections.values()];
  return all.findLast(({ moments }) => !moments.at(-1)?.isLast) ?? all.at(-1);
}

/** For a connection that is over, time stands still. */
function presentOf({ at, isLast }: Moment, now: number): number {
  return isLast ? Math.min(now, at + 1_000) : Math.max(now, at);
}

/** The place of the last moment whose ID is not greater; -1 if there is none. */
function indexOfId(moments: readonly Moment[], id: number): number {
  return moments.findLastIndex((moment) => moment.id <= id);
}
