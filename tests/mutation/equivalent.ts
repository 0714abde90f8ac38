/** A change of the code that no test can notice, because nobody could. */
interface Equivalent {
  readonly file: string;
  /** The line that it begins in, without its indentation. */
  readonly line: string;
  /** The code that stands there instead. */
  readonly becomes: string;
  readonly why: string;
}

const onlyFaster =
  'The look at the first character spares a `SyntaxError`; what comes of the text is the same.';

const splitsUrl = String.raw`const [, path = '', query = '', hash = ''] = /^([^?#]*)\??([^#]*)(#.*)?$/s.exec(String(url)) ?? [];`;

export const equivalents: readonly Equivalent[] = [
  {
    file: 'machines/connection.ts',
    line: `carriesMessages: ({ event }) => event.type === 'stream.messages' && event.messages.length > 0,`,
    becomes: 'true',
    why: 'The guard stands at no other event; the comparison tells TypeScript that there are messages.',
  },
  {
    file: 'machines/connection.ts',
    line: `canOverlap(context) && event.type === 'reconnect' && event.lastEventId === undefined,`,
    becomes: 'true',
    why: 'The guard stands at no other event; the comparison tells TypeScript that it may say `lastEventId`.',
  },
  {
    file: 'machines/connection.ts',
    line: `lastEventId: (event.type === 'reconnect' ? event.lastEventId : undefined) ?? context.lastEventId,`,
    becomes: 'true',
    why: 'No other event that begins afresh has an ID; TypeScript cannot know.',
  },
  {
    file: 'machines/connection.ts',
    line: `const hadNews = event.type === 'stream.ended' && event.hadMessages === true && lastEventId === '';`,
    becomes: 'true',
    why: 'Only the end of a stream says that there were messages; TypeScript cannot know.',
  },
  {
    file: 'machines/connection.ts',
    line: `return wait > 0 && wait <= settings.maxRetryAfter ? wait : 0;`,
    becomes: 'wait >= 0',
    why: 'A wait of nothing is none.',
  },
  {
    file: 'machines/connection.ts',
    line: `wasRefused: ({ context }) => context.error?.kind !== 'exhausted',`,
    becomes: 'context.error.kind',
    why: 'Asked only in `failed`, where there is an error; TypeScript cannot know.',
  },
  {
    file: 'machines/connection.ts',
    line: `context.settings.pauseWhenHidden && event.type === 'page.resumed' && event.hidden === true,`,
    becomes: 'true',
    why: 'The guard stands at no other event; the comparison tells TypeScript that it may say `hidden`.',
  },
  {
    file: 'machines/connection.ts',
    line: `reason: context.closeReason ?? 'app',`,
    becomes: '""',
    why: 'Announced only after a reason was recorded; TypeScript cannot know.',
  },
  {
    file: 'machines/connection.ts',
    line: `const [status = 'closed'] = snapshot.tags as ReadonlySet<ConnectionStatus>; // the chart has no other tags`,
    becomes: '""',
    why: 'Every state has exactly one tag, which a test of the chart holds it to.',
  },
  {
    file: 'machines/environment.ts',
    line: `const isLoading = (globalThis.document?.readyState ?? 'complete') !== 'complete';`,
    becomes: '""',
    why: 'Where there is no document there is no `pageshow` either, which is all that the word is asked for.',
  },
  ...['"Stryker was here!"', '["Stryker was here"]'].map((becomes) => ({
    file: 'transports/http/query-parameter.ts',
    line: splitsUrl,
    becomes,
    why: 'Every text matches, with a path and a query that may be empty; TypeScript cannot know.',
  })),
  ...[String.raw`/([^?#]*)\??([^#]*)(#.*)?$/s`, String.raw`/^([^?#]*)\??([^#]*)(#.*)?/s`].map((becomes) => ({
    file: 'transports/http/query-parameter.ts',
    line: splitsUrl,
    becomes,
    why: 'It takes all that there is from the first character to the last, also where it does not have to.',
  })),
  ...[
    [
      'transports/event-source.ts',
      `signal.addEventListener('abort', () => fail(abortReason(signal)), { once: true });`,
    ],
    ['transports/stream/event-stream.ts', `signal.addEventListener('abort', cancel, { once: true });`],
  ].flatMap(([file = '', line = '']) =>
    ['{}', 'false'].map((becomes) => ({ file, line, becomes, why: 'A signal aborts only once.' })),
  ),
  {
    file: 'transports/abort.ts',
    line: 'if (signal?.aborted) throw abortReason(signal);',
    becomes: 'signal.aborted',
    why: 'The request always comes with its signal; the type of `fetch` does not say so.',
  },
  {
    file: 'transports/http/refusal.ts',
    line: String.raw`const values = contentType?.match(/([^,"]|"(\\.|[^"\\])*"?)+/g) ?? []; // a comma within quotes does not separate`,
    becomes: '["Stryker was here"]',
    why: 'No list has a content type.',
  },
  {
    file: 'transports/http/retry-after.ts',
    line: `const value = headers.get('retry-after') ?? '';`,
    becomes: '"Stryker was here!"',
    why: 'Neither text is a number or a date.',
  },
  {
    file: 'transports/http/retry-after.ts',
    line: `const answeredAt = Date.parse(headers.get('date') ?? '') || Date.now();`,
    becomes: '"Stryker was here!"',
    why: 'Neither text is a date.',
  },
  {
    file: 'transports/event-id.ts',
    line: 'for (let index = 0; index < id.length; index += 1) {',
    becomes: 'index <= id.length',
    why: 'There is no character, and its code is NaN, which is neither less nor greater than anything.',
  },
  {
    file: 'transports/http/redirect.ts',
    line: `if (status === 303 ? !isSafe(own.method) : status < 303 && /^post$/i.test(own.method)) own = asGet(own);`,
    becomes: 'status <= 303',
    why: '303 does not come to this side of the question.',
  },
  {
    file: 'transports/http/redirect.ts',
    line: `if (/^https?:$/.test(found.protocol)) return found;`,
    becomes: '/^https?:/',
    why: 'The only colon of a protocol is its last character.',
  },
  {
    file: 'transports/http/redirect.ts',
    line: `const { message = '', cause } = Object(error) as Partial<Error>;`,
    becomes: '"Stryker was here!"',
    why: 'Neither text tells of redirects.',
  },
  {
    file: 'transports/replays/fingerprint.ts',
    line: 'let [one, other] = [start, ~start];',
    becomes: 'start',
    why: 'The number is held against others of the same run only, and any two starts keep texts apart as well.',
  },
  {
    file: 'transports/replays/fingerprint.ts',
    line: 'for (let index = 0; index < text.length; index += 1) {',
    becomes: 'index <= text.length',
    why: 'There is no character: both halves are multiplied by an odd number once more, which keeps apart what was apart.',
  },
  {
    file: 'transports/stream/parse-stream.ts',
    line: `let name = 'message';`,
    becomes: '""',
    why: 'No event has an empty name, so that the first one is looked up, which comes to the same.',
  },
  {
    file: 'transports/stream/run-stream.ts',
    line: 'if (signal.aborted) return void (await stream[Symbol.asyncIterator]().return?.());',
    becomes: 'stream[Symbol.asyncIterator]().return()',
    why: 'An iterator that has no such function makes it throw, and nobody hears of an attempt that is over.',
  },
  {
    file: 'adapters/component-connection.ts',
    line: `let address: ComponentUrl = '';`,
    becomes: '"Stryker was here!"',
    why: 'Read only once a connection is shown, which comes with its URL.',
  },
  {
    file: 'adapters/message-listeners.ts',
    line: 'if (!toEvent || message.event !== event) {',
    becomes: 'true',
    why: 'It spares a look-up for each message; whose listeners are called is the same.',
  },
  {
    file: 'transports/parse.ts',
    line: 'if (!mayBeJson.test(text)) return text;',
    becomes: 'false',
    why: onlyFaster,
  },
  ...[
    String.raw`/\s*(?:[[{"\d-]|(?:true|false|null)\s*$)/`,
    String.raw`/^\s*(?:[[{"\d-]|(?:true|false|null)\s*)/`,
  ].map((becomes) => ({
    file: 'transports/parse.ts',
    line: String.raw`const mayBeJson = /^\s*(?:[[{"\d-]|(?:true|false|null)\s*$)/;`,
    becomes,
    why: onlyFaster,
  })),
  {
    file: 'adapters/vue.ts',
    line: `onDeactivated: option('keep', oneOf('keep', 'pause')),`,
    becomes: '""',
    why: 'Only the other word has an effect; this one is for people.',
  },
  {
    file: 'adapters/vue.ts',
    line: 'detach();',
    becomes: ';',
    why: 'Nothing comes from a connection that was closed; this lets go of it early.',
  },
  {
    file: 'adapters/vue.ts',
    line: 'const shown = createRefs(hydrating || isOnServer() ? early : store, select);',
    becomes: 'true',
    why: 'Where the page neither hydrates nor is on a server, what is shown is brought up to date at once.',
  },
];
