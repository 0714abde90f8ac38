import type { AnyMessage } from 'sse-machine';
import { type Answer, noAnswer } from '../answer.ts';

/** The events that matter here of OpenAI's Responses. Others come too. */
type Events = {
  'response.output_text.delta': { readonly delta: string };
  'response.completed': object;
  'response.incomplete': object;
  'response.failed': { readonly response: { readonly error: { readonly message: string } | null } };
  error: { readonly message: string };
};

/**
 * The text is gathered here: a stream that is resumed with `starting_after` does not repeat what came before.
 *
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export const openAiResponses = {
  initial: noAnswer,
  closeOn: ['response.completed', 'response.incomplete', 'response.failed', 'error'],
  reduce(answer: Answer, { event, data }: AnyMessage<Events>): Answer {
    switch (event) {
      case 'response.output_text.delta':
        return { ...answer, text: answer.text + data.delta };
      case 'response.completed':
        return { ...answer, status: 'done' };
      case 'response.incomplete':
        return { ...answer, status: 'stopped' };
      case 'response.failed':
        return { ...answer, status: 'failed', error: data.response.error?.message ?? 'no reason given' };
      case 'error':
        return { ...answer, status: 'failed', error: data.message };
      default:
        return answer;
    }
  },
};
