import { type Connection, type ConnectionOptions, createConnection, type Supplied } from '../../../index.ts';
import {
  type Inspection,
  type InspectionOptions,
  inspectConnections,
} from '../../../visualizations/inspect/index.ts';
import { canaries } from '../../privacy/canaries.ts';
import { asksForWindow } from './asks-for-window.ts';

/** The plan that the address of the page asks for. */
export interface Plan {
  /** Inspect as soon as the page is loaded; in a frame of this page, if `frame` is set. */
  readonly inspect?: Pick<InspectionOptions, 'enabled' | 'viewer' | 'url' | 'payloads'>;
  readonly frame?: boolean;
  /** Where to connect to as soon as the page is loaded. */
  readonly connect?: string;
}

export interface App {
  connection?: Connection;
  inspection?: Inspection;
  token: string;
  connect(url: Supplied<string | URL>, options?: ConnectionOptions): Connection;
}

declare global {
  interface Window {
    app: App;
  }
}

const plan = JSON.parse(new URLSearchParams(location.search).get('plan') ?? '{}') as Plan;

new MutationObserver(() => {
  if (document.querySelector('aside')) console.debug(asksForWindow);
}).observe(document.body, { childList: true });

window.app = {
  token: canaries.token,
  connect(url, options) {
    const headers = () => ({ authorization: window.app.token, [canaries.headerName]: canaries.headerValue });
    return createConnection(url, { headers, retryDelay: 1, maxRetries: Infinity, ...options });
  },
};

if (plan.inspect) {
  const iframe = document.querySelector('iframe');
  window.app.inspection = inspectConnections({ ...plan.inspect, ...(plan.frame && iframe && { iframe }) });
}
if (plan.connect) {
  const refresh = async () => {
    window.app.token = canaries.refreshed;
  };
  window.app.connection = window.app.connect(plan.connect, { refresh });
}
