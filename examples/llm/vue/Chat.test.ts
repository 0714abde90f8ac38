// @vitest-environment jsdom
import { mount } from '@vue/test-utils';
import { describe } from 'vitest';
import { walkChat } from '../../../tests/support/llm/chat-walk.ts';
import Chat from './Chat.vue';

describe('the chat in Vue', () => {
  walkChat((api, clock) => {
    const chat = mount(Chat, { props: { api, connection: { clock } }, attachTo: document.body });
    return () => chat.unmount();
  });
});
