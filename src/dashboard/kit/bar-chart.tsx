/** Stacked bars over time, drawn here: small, themed, and told in words to those who do not see them. */
import type { ReactNode } from 'react';

export interface Bar {
  readonly key: string;
  readonly title: string;
  readonly parts: readonly {
    readonly value: number;
    readonly tone: 'accent' | 'delete' | 'risk';
    readonly name: string;
  }[];
}

const HEIGHT = 72;
const WIDTH = 600;
const GAP = 1.5;

export function BarChart({
  label,
  bars,
}: {
  readonly label: string;
  readonly bars: readonly Bar[];
}): ReactNode {
  const totals = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const most = Math.max(1, ...totals);
  const width = WIDTH / Math.max(1, bars.length);
  const sums = bars[0]?.parts.map(({ name }, index) => {
    const sum = bars.reduce((all, { parts }) => all + (parts[index]?.value ?? 0), 0);
    return `${sum} ${name}`;
  });
  return (
    <figure className="zw-chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${(sums ?? []).join(', ')}. At most ${most} at a time.`}
      >
        <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="zw-chart__base" />
        {bars.map(({ key, title, parts }, index) => {
          let top = HEIGHT;
          return (
            <g key={key}>
              <title>{`${title}: ${parts.map(({ value, name }) => `${value} ${name}`).join(', ')}`}</title>
              <rect x={index * width} y="0" width={width} height={HEIGHT} fill="transparent" />
              {parts.map(({ value, tone, name }) => {
                const height = (value / most) * (HEIGHT - 4);
                top -= height;
                return (
                  <rect
                    key={name}
                    className={`zw-chart__bar is-${tone}`}
                    x={index * width + GAP / 2}
                    y={top}
                    width={Math.max(0.5, width - GAP)}
                    height={height}
                  />
                );
              })}
            </g>
          );
        })}
      </svg>
      <figcaption className="row row--apart tiny soft">
        <span>{bars[0]?.title}</span>
        <span>{label}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}
