// @vitest-environment jsdom
import { render } from '@testing-library/react';
import { StrictMode } from 'react';
import { describe } from 'vitest';
import { walkChat } from '../../../tests/support/llm/chat-walk.ts';
import { Chat } from './chat.tsx';

describe('the chat in React', () => {
  walkChat((api, clock) => {
    const { unmount } = render(
      <StrictMode>
        <Chat api={api} connection={{ clock }} />
      </StrictMode>,
    );
    return unmount;
  });
});
