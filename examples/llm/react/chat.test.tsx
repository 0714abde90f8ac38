// @vitest-environment jsdom
import { render } from '@testing-library/react';
import { describe } from 'vitest';
import { walkChat } from '../../../tests/support/llm/chat-walk.ts';
import { Chat } from './chat.tsx';

describe('the chat in React', () => {
  walkChat((api, clock) => render(<Chat api={api} connection={{ clock }} />).unmount);
});
