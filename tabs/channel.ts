import { type CallbackActorLogic, fromCallback } from 'xstate';
import type { ChannelCommand, TabsEvent } from '../machines/tabs.ts';
import type { Said, Word } from './words.ts';

/**
 * An actor that sends words to the other tabs and hears theirs.
 *
 * @param names The names of the channel on which it speaks, and of another that it only hears.
 * @param self The name of this tab.
 * @param hear Called with every word of the others.
 * @param speak Called with a function that says a word.
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
      sendBack({ type: 'sharing.unavailable' } satisfies TabsEvent); // such as in a frame without an origin
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
