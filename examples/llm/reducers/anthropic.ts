import type { AnyMessage } from 'sse-machine';
import { type Answer, noAnswer } from '../answer.ts';

/** The events that matter here of Anthropic's Messages. Others come, `ping` among them. */
type Events = {
  content_block_delta: { readonly delta: { readonly type: string; readonly text?: string } };
  message_delta: { readonly delta: { readonly stop_reason: string | null } };
  message_stop: object;
  error: { readonly error: { readonly message: string } };
};

/** @see https://docs.anthropic.com/en/docs/build-with-claude/streaming */
export const anthropic = {
  initial: noAnswer,
  closeOn: ['message_stop', 'error'],
  reduce(answer: Answer, { event, data }: AnyMessage<Events>): Answer {
    switch (event) {
      case 'content_block_delta': // of a text; thinking and the input of tools come as other types
        return data.delta.type === 'text_delta'
          ? { ...answer, text: answer.text + (data.delta.text ?? '') }
          : answer;
      case 'message_delta':
        return data.delta.stop_reason === 'max_tokens' ? { ...answer, status: 'stopped' } : answer;
      case 'message_stop':
        return answer.status === 'writing' ? { ...answer, status: 'done' } : answer;
      case 'error':
        return { ...answer, status: 'failed', error: data.error.message };
      default:
        return answer;
    }
  },
};
