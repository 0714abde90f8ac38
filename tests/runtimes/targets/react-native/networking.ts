import { send, type Wire } from './wire.ts';

// The module `react-native`, as far as react-native-fetch-api needs it.

type Listener = (args: readonly unknown[]) => void;

const listeners = new Map<string, Set<Listener>>();
const wires = new Map<number, Wire>();
let count = 0;

export const Networking = {
  addListener(name: string, listener: Listener) {
    const all = listeners.get(name) ?? new Set();
    listeners.set(name, all.add(listener));
    return { remove: () => all.delete(listener) };
  },

  sendRequest(
    method: string,
    _trackingName: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | null,
    _responseType: 'text',
    _isIncremental: boolean,
    _timeout: number,
    onCreated: (id: number) => void,
  ): void {
    count += 1;
    const id = count;
    const wire = send(url, { method, headers: Object.entries(headers), body });
    wires.set(id, wire);
    onCreated(id);
    void receive(id, wire).then(
      () => tell('didCompleteNetworkResponse', id, '', false),
      (error: Error) => tell('didCompleteNetworkResponse', id, error.message, false),
    );
  },

  abortRequest(id: number): void {
    wires.get(id)?.cancel();
  },
};

async function receive(id: number, wire: Wire): Promise<void> {
  const { status, headers, url, body } = await wire.response;
  tell('didReceiveNetworkResponse', id, status, headers, url);
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true });
    tell('didReceiveNetworkIncrementalData', id, text, text.length, -1);
  }
}

function tell(name: string, ...args: unknown[]): void {
  for (const listener of [...(listeners.get(name) ?? [])]) listener(args);
}
