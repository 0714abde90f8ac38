import { type Arrow, eventsOf, grouped, isInside, type Line, nameOf } from './arrows.ts';

/** A part of the text of a line. A guard is written in brackets. */
export interface Word {
  readonly kind: 'event' | 'delay' | 'guard' | 'detail';
  readonly text: string;
}

/** A row of words, and the lines that it belongs to. */
export interface Row {
  readonly lines: readonly Line[];
  readonly words: readonly Word[];
}

/**
 * The rows of text of an arrow, with at most `most` characters each where possible. If several lines answer the same
 * events and do not fit into one row each, the events are written once.
 *
 * @param told The events that are already written at another place, for several arrows at once.
 */
export function rowsOf(arrow: Arrow, most: number, told?: string): Row[] {
  return grouped(arrow.lines, eventsOf).flatMap((lines) => {
    const [line] = lines;
    const heads = eventsOf(line) === told ? [] : headOf(line);
    const isOneOfSeveral = lines.length > 1 || heads.length === 0;
    const rests = lines.map((own) => ({ own, rest: restOf(own, arrow, isOneOfSeveral) }));
    const whole = rests.map(({ own, rest }) => ({ lines: [own], words: [...joined(heads), ...rest] }));
    if (whole.every(({ words }) => charactersIn(words) <= most)) return whole;
    if (lines.length === 1)
      return packed([...heads, ...(rests[0]?.rest ?? [])], most).map((words) => ({ lines, words }));
    return [
      ...packed(heads, most).map((words) => ({ lines, words })),
      ...rests.flatMap(({ own, rest }) => packed(rest, most).map((words) => ({ lines: [own], words }))),
    ];
  });
}

/** The events of a line, a word each, or the delay and how long it is. */
function headOf(line: Line): Word[] {
  if (line.delay !== undefined) {
    return [
      { kind: 'delay', text: eventsOf(line) },
      { kind: 'detail', text: line.length },
    ];
  }
  const events = eventsOf(line).split(', ');
  return events.map((text, index) => ({
    kind: 'event',
    text: index < events.length - 1 ? `${text},` : text,
  }));
}

/** The words that follow the events. */
function restOf(line: Line, arrow: Arrow, isOneOfSeveral: boolean): Word[] {
  const { guard } = line;
  const words: Word[] = [];
  if (guard !== undefined) words.push({ kind: 'guard', text: `[${guard}]` });
  else if (isOneOfSeveral) words.push({ kind: 'detail', text: 'else' });
  if (arrow.target !== undefined && isInside(arrow)) words.push({ kind: 'detail', text: wayOf(arrow) });
  return words;
}

/** Packs words into rows, as many into each as fit. */
function packed(words: readonly Word[], most: number): Word[][] {
  const rows: Word[][] = [];
  for (const word of words) {
    const row = rows.at(-1);
    if (row && charactersIn([...row, word]) <= most) row.push(word);
    else rows.push([word]);
  }
  return rows.map(joined);
}

/** The events in a row as one word. */
function joined(words: readonly Word[]): Word[] {
  const events = words.filter(({ kind }) => kind === 'event');
  const text = events.map((event) => event.text).join(' ');
  return [
    ...(events.length > 0 ? [{ kind: 'event', text } as const] : []),
    ...words.filter(({ kind }) => kind !== 'event'),
  ];
}

function charactersIn(words: readonly Word[]): number {
  return words.reduce((sum, { text }) => sum + text.length + 1, -1);
}

function wayOf({ source, target = '' }: Arrow): string {
  return source === target ? '↻' : `→ ${nameOf(target)}`;
}
