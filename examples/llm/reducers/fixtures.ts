/** Streams of the shape that each server sends. The text has characters of one to four bytes. */
export const text = 'Größe: 漢字 🙂\n“done”';

const tokens = ['Grö', 'ße: ', '漢字 ', '🙂', '\n“done”'];

/** How an answer ends: as it should, at a limit, or with an error of the model. */
export interface Fixture {
  readonly whole: string;
  readonly limited: string;
  readonly failed: string;
}

interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

const data = (value: object | string) =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const named = (value: Event) => `event: ${value.type}\n${data(value)}`;

/** The same start, and then one of several ends. */
function fixture(start: readonly string[], ends: Record<keyof Fixture, readonly string[]>): Fixture {
  const streamTo = (end: readonly string[]) => [...start, ...end].join('');
  return { whole: streamTo(ends.whole), limited: streamTo(ends.limited), failed: streamTo(ends.failed) };
}

export const aiSdkStream = fixture(
  [
    { type: 'start', messageId: 'msg-1' },
    { type: 'start-step' },
    { type: 'reasoning-start', id: 'r-1' },
    { type: 'reasoning-delta', id: 'r-1', delta: 'They want a size.' },
    { type: 'reasoning-end', id: 'r-1' },
    { type: 'data-weather', data: { city: 'Köln' }, transient: true },
    { type: 'text-start', id: 't-1' },
    ...tokens.map((delta) => ({ type: 'text-delta', id: 't-1', delta })),
  ].map(data),
  {
    whole: [
      ...[
        { type: 'text-end', id: 't-1' },
        { type: 'finish-step' },
        { type: 'finish', finishReason: 'stop' },
      ].map(data),
      data('[DONE]'),
    ],
    limited: [data({ type: 'abort', reason: 'stopped' }), data('[DONE]')],
    failed: [data({ type: 'error', errorText: 'Overloaded' }), data('[DONE]')],
  },
);

const chunk = (delta: object, finish_reason: string | null = null) =>
  data({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: 'a-model',
    system_fingerprint: 'fp_1',
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    usage: null,
  });

const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };

export const openAiChatStream = fixture(
  [
    chunk({ role: 'assistant', content: '', refusal: null }),
    ...tokens.map((content) => chunk({ content })),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }], content: null }),
  ],
  {
    whole: [
      chunk({}, 'stop'),
      data({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [], usage }),
      data('[DONE]'),
    ],
    limited: [chunk({}, 'length'), data('[DONE]')],
    failed: [data({ error: { message: 'Overloaded', type: 'server_error', param: null, code: null } })],
  },
);

const response = {
  id: 'resp_1',
  object: 'response',
  model: 'a-model',
  status: 'in_progress',
  error: null,
  output: [],
};
const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const numbered = (values: readonly Event[], from = 0) =>
  values.map((value, index) => named({ ...value, sequence_number: from + index }));

export const openAiResponsesStream = fixture(
  numbered([
    { type: 'response.created', response },
    { type: 'response.in_progress', response },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { id: 'msg_1', type: 'message', content: [] },
    },
    {
      type: 'response.content_part.added',
      ...place,
      part: { type: 'output_text', text: '', annotations: [] },
    },
    ...tokens.map((delta) => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })),
  ]),
  {
    whole: numbered(
      [
        { type: 'response.output_text.done', ...place, text },
        { type: 'response.output_item.done', output_index: 0, item: { id: 'msg_1', type: 'message' } },
        { type: 'response.completed', response: { ...response, status: 'completed' } },
      ],
      9,
    ),
    limited: numbered(
      [
        {
          type: 'response.incomplete',
          response: {
            ...response,
            status: 'incomplete',
            incomplete_details: { reason: 'max_output_tokens' },
          },
        },
      ],
      9,
    ),
    failed: numbered([{ type: 'error', code: 'server_error', message: 'Overloaded', param: null }], 9),
  },
);

/** The other way in which OpenAI's Responses fail. */
export const openAiResponsesFailure = numbered([
  { type: 'response.created', response },
  {
    type: 'response.failed',
    response: { ...response, status: 'failed', error: { code: 'server_error', message: 'Overloaded' } },
  },
]).join('');

export const anthropicStream = fixture(
  [
    { type: 'message_start', message: { id: 'msg_1', type: 'message', role: 'assistant', content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'ping' },
    {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'thinking_delta', thinking: 'They want a size.' },
    },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    ...tokens.map((text) => ({ type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text } })),
    { type: 'ping' },
  ].map(named),
  {
    whole: [
      { type: 'content_block_stop', index: 1 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 5 },
      },
      { type: 'message_stop' },
    ].map(named),
    limited: [
      {
        type: 'message_delta',
        delta: { stop_reason: 'max_tokens', stop_sequence: null },
        usage: { output_tokens: 5 },
      },
      { type: 'message_stop' },
    ].map(named),
    failed: [named({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })],
  },
);
