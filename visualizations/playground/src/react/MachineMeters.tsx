import { metersOf } from '../panel/meters.ts';
import type { Recording } from '../panel/recorder.ts';

export function MachineMeters({ recording }: { recording: Recording }) {
  return (
    <div className="meters">
      {metersOf(recording).map(({ title, value, detail, area, bars }) => (
        <section key={title}>
          <h3>{title}</h3>
          <b>{value}</b>
          <svg viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">
            {area && <path className="fill" d={area.fill} />}
            {area && <path className="line" d={area.line} />}
            {bars?.map(({ x, width, share }) => (
              <g key={x}>
                <rect className="track" x={x} width={width} height="32" />
                <rect
                  className="bar"
                  x={x}
                  width={width}
                  height="32"
                  style={{ transform: `scaleY(${share})` }}
                />
              </g>
            ))}
          </svg>
          <small>{detail}</small>
        </section>
      ))}
    </div>
  );
}
