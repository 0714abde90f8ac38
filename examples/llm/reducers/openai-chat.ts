import type { AnyMessage, Message } from 'sse-machine';
import { type Answer, noAnswer } from '../answer.ts';

/** The part that matters here of a chunk of OpenAI's Chat Completions, or of one that speaks like it. */
interface Chunk {
  /** Empty in the chunk that counts the tokens. */
  readonly choices?: readonly {
    readonly delta: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly error?: { readonly message: string };
}

type Events = { message: Chunk | '[DONE]' };

/** @see https://platform.openai.com/docs/api-reference/chat-streaming */
export const openAiChat = {
  initial: noAnswer,
  // After an error there may be no [DONE].
  closeOn: ({ data }: Message) => data === '[DONE]' || 'error' in Object(data),
  reduce(answer: Answer, { data }: AnyMessage<Events>): Answer {
    if (data === '[DONE]') return answer.status === 'writing' ? { ...answer, status: 'done' } : answer;
    if (data.error) return { ...answer, status: 'failed', error: data.error.message };
    const { delta, finish_reason } = data.choices?.[0] ?? {};
    const text = answer.text + (delta?.content ?? '');
    return finish_reason === 'length' || finish_reason === 'content_filter'
      ? { text, status: 'stopped' }
      : { ...answer, text };
  },
};
