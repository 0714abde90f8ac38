/** A block of a stream: a message with an ID, a message without one, or an ID by itself. */
export interface Block {
  readonly id: string | undefined;
  readonly data: string | undefined;
}

/** One stream and how it comes. */
export interface StreamPlan {
  readonly blocks: readonly Block[];
  readonly splits: readonly number[];
  /** A second passes before this block. */
  readonly pause: number | undefined;
  readonly ending: 'cut' | 'end';
}

/** A message that repeats, one by one, what was delivered; or an ID by itself that came after one that does. */
type Held =
  | { readonly message: string; readonly id: string; readonly isOwn: boolean }
  | { readonly id: string };

/**
 * Reads streams that come one after the other, as plainly as can be, and says what has to be delivered: the messages that repeat, in
 * order, a stretch of what was delivered, up to the last one of it, are a replay. They are held back until that is clear,
 * at most a second.
 */
export function createReplayReader() {
  const delivered: string[] = [];
  const asked: string[] = [];
  /** The messages with an ID of their own that were delivered. */
  const known: string[] = [];
  let cursor = '';
  let hasHeld = false;

  function read({ blocks, pause, ending }: StreamPlan): void {
    asked.push(cursor);
    const before = [...known];
    const ids = before.map((message) => Number.parseInt(message, 10));
    let isLooking = before.length > 0 && new Set(ids).size === ids.length;
    let held: Held[] = [];
    let next = -1; // which of the messages before has to come next
    let inForce = cursor;
    let hasMoved = false; // the cursor is where something of this stream was

    function deliver(message: string, id: string, isOwn: boolean): void {
      delivered.push(message);
      if (!isOwn) return;
      known.push(message);
      moveTo(id);
    }
    function moveTo(id: string): void {
      cursor = id;
      hasMoved = true;
    }
    function letGo(isReplay: boolean): void {
      for (const one of held) {
        if (!('message' in one)) moveTo(one.id);
        else if (!isReplay || !one.isOwn) deliver(one.message, one.id, one.isOwn);
        else if (hasMoved) cursor = one.id; // the stream is there now
      }
      held = [];
      isLooking = false;
    }

    for (const [index, { id, data }] of blocks.entries()) {
      if (index === pause && held.length > 0) letGo(false);
      const isKnown = id === inForce; // an ID by itself that is in force already is not to be seen
      if (id !== undefined) inForce = id;
      if (data === undefined && isKnown) continue;
      if (data === undefined) {
        // Only the last of the IDs by themselves counts, and only after the last message.
        if (held.length > 0) held = [...held.filter((one) => 'message' in one), { id: inForce }];
        else moveTo(inForce);
        continue;
      }
      const message = `${inForce}${data}`;
      const isOwn = id !== undefined;
      if (held.length > 0 && isOwn && message !== before[next]) letGo(false);
      const found = isOwn && isLooking ? before.indexOf(message) : -1;
      if (held.length === 0 && found >= 0) next = found;
      if (held.length > 0 || found >= 0) {
        hasHeld = true;
        if (isOwn) held = held.filter((one) => 'message' in one);
        held.push({ message, id: inForce, isOwn });
        if (isOwn) next += 1;
        if (next === before.length) letGo(true);
      } else {
        deliver(message, inForce, isOwn);
      }
    }
    if (ending === 'end' && held.length > 0) letGo(false);
  }

  return {
    delivered,
    asked,
    read,
    get hasHeld() {
      return hasHeld;
    },
  };
}
