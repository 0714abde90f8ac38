import { type ConnectionOptions, createConnection } from '../../../index.ts';

declare global {
  interface Window {
    /** Opens connections to an origin. */
    connect(count: number, url: string, options?: ConnectionOptions): void;
    /** The messages of the errors that they have had. */
    messages: string[];
  }
}

window.messages = [];

window.connect = (count, url, options = {}) => {
  for (let index = 0; index < count; index += 1) {
    const onFailure: ConnectionOptions['onFailure'] = ({ error }) => window.messages.push(error.message);
    createConnection(`${url}?stream=${index}`, { retryDelay: 20, maxRetryDelay: 20, ...options, onFailure });
  }
};
