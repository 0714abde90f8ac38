import type { Draw } from '../draw.ts';

/** An entry of the replay log. */
export interface LoggedEvent {
  readonly id: number;
  /** The message that an app is handed; null for a block that has nothing but an ID. */
  readonly message: { readonly event: string; readonly data: string } | null;
  /** The block as it travels. */
  readonly wire: string;
}

export const eventNames = ['message', 'notification', 'heartbeat', 'price:EUR', 'événement'] as const;

/** Makes an entry: of any size, name and line ending, with its fields in any order. */
export function drawEvent(id: number, draw: Draw): LoggedEvent {
  const end = draw.pick(['\n', '\r\n', '\r']);
  const colon = draw.pick([': ', ':']);
  const block = (lines: readonly string[]) => `${lines.join(end)}${end}${end}`;
  if (draw.chance(0.03)) return { id, message: null, wire: block([`id${colon}${id}`]) };

  const event = draw.pick(eventNames);
  const data = drawData(id, draw);
  const fields = [
    [`id${colon}${id}`],
    event === 'message' ? [] : [`event${colon}${event}`],
    data.split('\n').map((line) => `data: ${line}`),
    draw.chance(0.05) ? [`retry${colon}${draw.whole(0, 3)}`] : [],
    draw.chance(0.05) ? [`: a comment amid the fields`, `unknown${colon}field`] : [],
  ];
  const order = fields.map((lines) => ({ lines, place: draw.fraction() }));
  order.sort((a, b) => a.place - b.place);
  return { id, message: { event, data }, wire: block(order.flatMap(({ lines }) => lines)) };
}

const sizes = { small: 70, medium: 27, large: 2.7, huge: 0.3 };

function drawData(id: number, draw: Draw): string {
  const text = draw.pick(['plain text ', '{"json":[1,2,3]} ', 'naïve 日本語 🦜 ', ' id: 1 data: x ']);
  const characters = { small: 30, medium: 300, large: 4_000, huge: 12_000 }[draw.weighted(sizes)];
  const body = text.repeat(1 + Math.floor((draw.fraction() * characters) / text.length));
  return draw.chance(0.2) ? `${id}\n${body}\n\n${body}` : `${id} ${body}`;
}
