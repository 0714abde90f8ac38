import NetInfo from '@react-native-community/netinfo';
import { AppState } from 'react-native';
import type { Connection, EnvironmentEvent } from 'sse-machine';

/** Tells a connection of the app and of the network; returns how to stop. */
export function watchApp({ actor }: Connection): () => void {
  const tell = (type: EnvironmentEvent['type']) =>
    actor.send({ type, at: Date.now(), random: Math.random() });
  const app = AppState.addEventListener('change', (state) => {
    if (state === 'background') tell('page.frozen');
    if (state === 'active') tell('page.resumed');
  });
  const stop = NetInfo.addEventListener(({ isConnected }) => {
    Object.assign(navigator, { onLine: isConnected !== false });
    tell(navigator.onLine ? 'network.online' : 'network.offline');
  });
  return () => [app.remove(), stop()];
}
