import { type CallbackActorLogic, fromCallback } from 'xstate';
import type { ChannelCommand, TabsEvent } from '../machines/tabs.ts';
import type { Said, Word } from './words.ts';

export interface ChannelOptions {
  readonly name: string;
  /** The name of this tab. */
  readonly self: string;
  readonly isVisible: () => boolean;
  /** Since when this tab leads; undefined when it does not. */
  readonly leadsSince: () => number | undefined;
  /** Hears every word that the others say. */
  readonly hear: (said: Said) => void;
  /** Is given how to say something, for as long as there is a channel. */
  readonly speak: (post: ((word: Word) => void) | undefined) => void;
}

/** An actor that speaks with the other tabs. */
export function fromChannel(options: ChannelOptions): CallbackActorLogic<ChannelCommand> {
  const { name, self, isVisible, leadsSince, hear, speak } = options;
  return fromCallback<ChannelCommand>(({ sendBack, receive }) => {
    const report = (event: TabsEvent) => sendBack(event);
    let channel: BroadcastChannel;
    try {
      channel = new BroadcastChannel(name);
    } catch {
      report({ type: 'sharing.unavailable' }); // as in a frame without an origin
      return undefined;
    }
    const post = (word: Word) => channel.postMessage({ ...word, from: self } satisfies Said);

    channel.onmessage = ({ data }: MessageEvent<Said>) => {
      const { from } = data;
      switch (data.type) {
        case 'here': {
          const { isVisible } = data;
          report({ type: data.asks ? 'tab.joined' : 'tab.heard', from, isVisible });
          break;
        }
        case 'left':
          report({ type: 'tab.left', from });
          break;
        case 'ping': {
          const since = leadsSince();
          if (since !== undefined) post({ type: 'lead', since, asks: false });
          break;
        }
        case 'lead':
          report({ type: 'leader.heard', from, since: data.since });
          if (data.asks) post({ type: 'here', isVisible: isVisible(), asks: false });
          break;
        case 'opened':
          report({ type: 'leader.opened', from, since: data.since });
          break;
        case 'release':
          report({ type: 'leader.refused', from });
          break;
        default:
      }
      hear(data);
    };

    receive(({ word }) => {
      if (word === 'ping') post({ type: 'ping' });
      else if (word === 'lead') post({ type: 'lead', since: leadsSince() ?? 0, asks: false });
      else if (word === 'count') post({ type: 'lead', since: leadsSince() ?? 0, asks: true });
      else post({ type: 'here', isVisible: isVisible(), asks: word === 'joined' });
    });
    const sayLeft = () => post({ type: 'left' });
    globalThis.addEventListener?.('pagehide', sayLeft);
    speak(post);
    return () => {
      globalThis.removeEventListener?.('pagehide', sayLeft);
      speak(undefined);
      sayLeft();
      channel.close();
    };
  });
}
