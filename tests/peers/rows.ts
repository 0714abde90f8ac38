/** The rows of the table, in its groups and order, as a user would ask. */
export const groups = {
  'Coming back': {
    error: 'comes back after a 500',
    dropped: 'comes back after a dropped socket',
    unnumbered: 'the same where messages have no IDs',
    ended: 'comes back after the server ended the stream',
    refused: 'comes back when the port was closed for five seconds',
    stops: 'stops at a 401 and at a 403',
    verdicts: 'both at once: comes back after a 500, stops at a 403',
    retryAfter: 'obeys `Retry-After`',
    growing: 'waits longer from one failure to the next',
    spread: 'spreads its clients: of 30 dropped at once, at most half are back within the same 100 ms',
    silence: 'notices a stream that fell silent',
  },
  'Losing nothing, repeating nothing': {
    lastEventId: 'tells the server the last event ID after a break',
    replays: 'drops what a new stream repeats',
    postOnce: 'a POST that broke is not sent again',
    tabs: 'one stream for two tabs',
    strictMode: 'one request per mount in React’s Strict Mode',
  },
  'Asking and hearing': {
    headers: 'sends headers',
    post: 'sends a POST',
    anyName: 'hears events whose names it was not told',
    saysWhy: 'tells the app the status of a refusal',
    node: 'runs in Node 24',
  },
  'Where simpler is better': {
    interface: 'has the interface of `EventSource`',
    eventStreamTab: 'shows messages in the EventStream tab of Chromium’s developer tools',
    preflight: 'resumes from another origin without a preflight',
  },
} as const;

type Groups = typeof groups;

export type Row = { [Group in keyof Groups]: keyof Groups[Group] }[keyof Groups];

/** Each row and its words. */
export const rows: Readonly<Record<Row, string>> = Object.assign({}, ...Object.values(groups));

export const rowNames = Object.keys(rows) as Row[];
