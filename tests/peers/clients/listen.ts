import type { App } from '../client.ts';

/** Of an EventSource, whoever made it. */
interface Source {
  addEventListener(type: string, listener: (event: Event) => void): void;
}

/** Listens as an app does that knows of the event `message` alone. */
export function listen(source: Source, app: App): void {
  source.addEventListener('message', (event) => app.heard('message', String(Reflect.get(event, 'data'))));
  source.addEventListener('error', (event) =>
    app.failed(...['code', 'status', 'message', 'error'].map((name) => Reflect.get(event, name))),
  );
}
