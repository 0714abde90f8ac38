import { type CallbackActorLogic, fromCallback } from 'xstate';
import type { ChannelCommand, TabsEvent } from '../machines/tabs.ts';
import type { Said, Word } from './words.ts';

/**
 * An actor that says to the other tabs what it is sent.
 *
 * @param names Of the channel on which it speaks, and of another that it hears.
 * @param self The name of this tab.
 * @param hear Hears every word that the others say.
 * @param speak Is given how to say something.
 */
export function fromChannel(
  names: readonly string[],
  self: string,
  hear: (said: Said) => void,
  speak: (say: (word: Word) => void) => void,
): CallbackActorLogic<ChannelCommand> {
  return fromCallback<ChannelCommand>(({ sendBack, receive }) => {
    let channels: readonly BroadcastChannel[];
    try {
      channels = names.map((name) => new BroadcastChannel(name));
    } catch {
      sendBack({ type: 'sharing.unavailable' } satisfies TabsEvent); // as in a frame without an origin
      return undefined;
    }
    for (const channel of channels) channel.onmessage = ({ data }) => hear(data);
    const say = (word: Word) => channels[0]?.postMessage({ ...word, from: self });
    const leave = () => say({ type: 'tab.left', isVisible: false, since: 0 });
    receive(say);
    speak(say);
    globalThis.addEventListener?.('pagehide', leave);
    return () => {
      globalThis.removeEventListener?.('pagehide', leave);
      leave();
      for (const channel of channels) channel.close();
      channels = [];
    };
  });
}
