import type { AnyMessage, Message } from 'sse-machine';
import { type Answer, noAnswer } from '../answer.ts';

/** The parts that matter here of the UI message stream of the AI SDK, version 5 and later. */
type Part =
  | { readonly type: 'start' | 'text-start' | 'text-end' | 'finish' | 'abort' }
  | { readonly type: 'text-delta'; readonly delta: string }
  | { readonly type: 'error'; readonly errorText: string };

type Events = { message: Part | '[DONE]' };

/** @see https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol */
export const aiSdk = {
  initial: noAnswer,
  closeOn: ({ data }: Message) => data === '[DONE]',
  reduce(answer: Answer, { data }: AnyMessage<Events>): Answer {
    if (data === '[DONE]') return answer.status === 'writing' ? { ...answer, status: 'done' } : answer;
    switch (data.type) {
      case 'text-start': // of an answer in several parts, as between the calls of tools
        return answer.text === '' ? answer : { ...answer, text: `${answer.text}\n\n` };
      case 'text-delta':
        return { ...answer, text: answer.text + data.delta };
      case 'abort':
        return { ...answer, status: 'stopped' };
      case 'error':
        return { ...answer, status: 'failed', error: data.errorText };
      default:
        return answer;
    }
  },
};
