import { useServerSentEvents } from '../../../adapters/react.ts';
import type { App, Open } from '../client.ts';
import { mountStrictly } from './mount-strictly.tsx';

export const open: Open = ({ url }, app) => mountStrictly(<Stream url={url} app={app} />);

function Stream({ url, app }: { readonly url: string; readonly app: App }) {
  const { status } = useServerSentEvents(url, {
    onMessage: ({ event, data }) => app.heard(event, JSON.stringify(data)),
  });
  return <p>{status}</p>;
}
