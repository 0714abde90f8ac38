import { type Attributes, type SpanContext, SpanStatusCode } from '@opentelemetry/api';
import type { Failure } from '../machines/connection-error.ts';
import { failureAttributes, spanName } from './attributes.ts';
import type { Recorder } from './recorder.ts';

/**
 * How an attempt ended. `failed`: its request or its stream failed. `ended`: the server ended the stream. `dropped`:
 * another stream took its place, or none is wanted. `unobserved`: the observation ended first.
 */
export type AttemptEnd = 'failed' | 'ended' | 'dropped' | 'unobserved';

/** The span of an attempt. After its end the calls have no effect. */
export interface AttemptSpan {
  /** The server has accepted the stream. */
  accept(attributes: Attributes): void;
  /** The attempt has failed; a call of `end` follows. */
  fail(failure: Failure): void;
  end(how: AttemptEnd, attributes: Attributes): void;
}

/** Makes the spans of one connection. Each has a link to the one before it. */
export function createAttemptSpans(recorder: Recorder, until: 'stream' | 'request') {
  let before: SpanContext | undefined;

  return (attributes: Attributes): AttemptSpan => {
    let span = recorder.startSpan(spanName(attributes), attributes, before);
    before = recorder.guard(() => span?.spanContext());

    /** The URL and the method may not be known when the span starts. */
    function describe(attributes: Attributes): void {
      recorder.guard(() => span?.setAttributes(attributes).updateName(spanName(attributes)));
    }

    function finish(): void {
      recorder.guard(() => span?.end());
      span = undefined;
    }

    return {
      accept(attributes) {
        describe(attributes);
        if (until === 'request') finish();
        else recorder.guard(() => span?.addEvent('sse.open'));
      },
      fail(failure) {
        const { message, status = 0 } = failure;
        const said = status >= 400 ? {} : { message }; // a status says enough
        recorder.guard(() =>
          span?.setAttributes(failureAttributes(failure)).setStatus({ code: SpanStatusCode.ERROR, ...said }),
        );
      },
      end(how, attributes) {
        describe({ ...attributes, 'sse.end': how });
        finish();
      },
    };
  };
}
