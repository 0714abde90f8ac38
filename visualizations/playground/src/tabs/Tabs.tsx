import { useStore } from '../react/hooks.ts';
import { frames } from './frames.ts';
import { tabUrl } from './group.ts';
import { LeaderFaults } from './LeaderFaults.tsx';
import { TabCounts } from './TabCounts.tsx';

/** The part of the page that is about tabs. The tour has some of its own, as frames, which are pages like any other. */
export function Tabs() {
  const count = useStore(frames);

  return (
    <section className="panel tabs" aria-labelledby="tabs-title">
      <header>
        <h2 id="tabs-title">One stream for all tabs</h2>
        <p className="tabs-lead">
          Open as many tabs as you like: one of them leads and has the stream, the others hear what it brings.
          The server gets one request. Close the tab that leads, freeze it or let it hang, and look who goes
          on: nothing is missed, nothing comes twice.
        </p>
      </header>
      <TabCounts />
      <LeaderFaults />
      {count > 0 && (
        <div className="tab-frames">
          {Array.from({ length: count }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a frame is known by its place alone
            <iframe key={index} title={`Tab ${index + 1} of the tour`} src={tabUrl} />
          ))}
        </div>
      )}
    </section>
  );
}
