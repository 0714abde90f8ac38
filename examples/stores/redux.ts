import { createListenerMiddleware, createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { Connection, ConnectionStatus, PlainConnectionError } from 'sse-machine';

interface Notification {
  readonly title: string;
}

interface Feed {
  readonly status: ConnectionStatus;
  readonly error: PlainConnectionError | null;
  readonly notifications: readonly Notification[];
}

const initialState: Feed = { status: 'closed', error: null, notifications: [] };

export const feedSlice = createSlice({
  name: 'feed',
  initialState,
  reducers: {
    started: () => initialState,
    stopped: () => {},
    stateChanged: (feed, { payload }: PayloadAction<Pick<Feed, 'status' | 'error'>>) => ({
      ...feed,
      ...payload,
    }),
    notified: (feed, { payload }: PayloadAction<Notification>) => {
      feed.notifications.push(payload);
    },
  },
});

const { started, stopped, stateChanged, notified } = feedSlice.actions;

/** Connected from `started` to `stopped`. Another `started`, or the end of the listener, ends the one before. */
export function createFeedListener(
  connect: (options: { signal: AbortSignal }) => Connection<{ notification: Notification }>,
) {
  const { middleware, startListening, clearListeners } = createListenerMiddleware<{ feed: Feed }>();
  startListening({
    actionCreator: started,
    effect: async (_, { cancelActiveListeners, condition, dispatch, signal }) => {
      cancelActiveListeners();
      const connection = connect({ signal }); // which aborts when the effect is over
      connection.subscribe(({ status, error }) => {
        dispatch(stateChanged({ status, error: error?.toJSON() ?? null }));
      });
      connection.on('notification', ({ data }) => dispatch(notified(data)));
      await condition(stopped.match);
    },
  });
  return { middleware, clearListeners };
}
