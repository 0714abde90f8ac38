'use client';

import { useEffect } from 'react';
import { useServerSentEvents } from 'sse-machine/react';
import { options, startEntries } from './entries.mjs';

const heard = {};
const hear = (who, text) => {
  heard[who] = text;
};

export function Greeting({ url }) {
  const { status, data } = useServerSentEvents(url, options);
  useEffect(() => {
    globalThis.heard = heard;
    startEntries(url, hear);
  }, [url]);
  useEffect(() => hear('React', data), [data]);
  return (
    <p>
      {status}: {data ?? 'nothing yet'}
    </p>
  );
}
